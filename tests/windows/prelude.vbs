' What our VBA has from Excel and from DLLs, for VBScript. LoadLibrary only looks whether the file is there;
' ActivateServer connects to the server that the test has started, and remembers the command.
Option Explicit
Const xlErrNum = 2036
Dim FileSystem, Shell, ThisWorkbook, Commands, Activations
Set FileSystem = CreateObject("Scripting.FileSystemObject")
Set Shell = CreateObject("WScript.Shell")
Activations = 0

Class Workbook
    Public IsAddin
    Public Path
End Class
Set ThisWorkbook = New Workbook
ThisWorkbook.IsAddin = False

Class Cells ' a Range: one area, and what Value2 gives
    Public Value2
    Public Areas
End Class
Class AreasOf
    Public Count
End Class
Function Range(values, count)
    Set Range = New Cells
    Range.Value2 = values
    Set Range.Areas = New AreasOf
    Range.Areas.Count = count
End Function

Function CVErr(code)
    CVErr = "CVErr(" & code & ")"
End Function
Function Dir(path)
    Dir = ""
    If FileSystem.FileExists(path) Then Dir = FileSystem.GetFileName(path)
End Function
Function Environ(name)
    Environ = Home
End Function
Function LoadLibrary(path)
    LoadLibrary = 0
    If FileSystem.FileExists(path) Then LoadLibrary = 1
End Function
Function ActivateServer(result, command, mode)
    Activations = Activations + 1
    Commands = command
    If Broken Then
        ActivateServer = 1
    ElseIf Activations <= Dying Then
        Set result = New DyingServer
        ActivateServer = 0
    Else
        Set result = GetObject("new:" & WScript.Arguments(0))
        ActivateServer = 0
    End If
End Function

Dim Home, Broken, Dying ' the user's folder; whether Python does not start; how many servers end at the first call
Broken = False
Dying = 0
Class DyingServer
    Public Function CallUDF(module_name, func, arguments)
        Err.Raise -2147023174, "DyingServer", "The RPC server is unavailable."
    End Function
End Class

Function Show(value) ' for the test: type and value, arrays by their dimensions
    Dim row, column, last, text
    If Not IsArray(value) Then
        Show = TypeName(value) & " " & value
        Exit Function
    End If
    last = -1
    On Error Resume Next
    last = UBound(value, 2)
    On Error GoTo 0
    For row = LBound(value, 1) To UBound(value, 1)
        If last < 0 Then
            text = text & " [" & Show(value(row)) & "]"
        Else
            For column = LBound(value, 2) To last
                text = text & " [" & Show(value(row, column)) & "]"
            Next
            text = text & ";"
        End If
    Next
    Show = "Array" & text
End Function
Function Table(rows, columns, first) ' rows x columns, first, first + 1, ...
    Dim cells, row, column
    ReDim cells(rows - 1, columns - 1)
    For row = 0 To rows - 1
        For column = 0 To columns - 1
            cells(row, column) = CDbl(first + row * columns + column)
        Next
    Next
    Table = cells
End Function
Sub Forget() ' as if Excel had just been started
    Set server = Nothing
    failure = ""
    Activations = 0
End Sub
