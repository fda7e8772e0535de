Attribute VB_Name = "addnum_example"
' The smallest worksheet function that says what it does: addNum, with two described arguments.
'
' 1. Have it in a standard module: Alt+F11, then File > Import File and this file, or Insert > Module and paste
'    what begins with Option Explicit. A module must not have the name of a function that is in it.
' 2. Run Describe_addNum once: Alt+F8, Describe_addNum, Run. A cell that calls addNum does not run it.
' 3. Save the workbook as .xlsm: the texts are saved with it.
' 4. Type =addNum( into a cell and press fx beside the formula bar: there they are.
'
' If a line makes an error, docs/document-functions.md says why; the template document-functions checks your
' own texts and writes these lines for them.
Option Explicit

Public Function addNum(num1 As Double, num2 As Double) As Double
    addNum = num1 + num2
End Function

' Statements have to stand between Sub and End Sub, as here. There is one text for each argument, in their
' order, none longer than 255 characters. The workbook must be the active one, and not hidden as an add-in is.
Public Sub Describe_addNum()
    Dim texts(1 To 2) As String
    texts(1) = "The first number."
    texts(2) = "The number that is added to it."
    Application.MacroOptions _
        Macro:="addNum", _
        Description:="Adds two numbers.", _
        ArgumentDescriptions:=texts
End Sub
