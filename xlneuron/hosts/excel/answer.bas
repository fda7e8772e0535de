' ---- What the functions share. All of it is Private: no cell and no other workbook can call it. ----

' Python's answer to a call, or a sentence that says what is wrong.
Private Function Answer(func As String, arguments As Variant) As Variant
    Dim place As Long, attempt As Long, problem As String
    #If Mac Then
        Answer = "xlneuron: functions in Python need Excel for Windows"
        Exit Function
    #End If
    For place = LBound(arguments) To UBound(arguments)
        If IsObject(arguments(place)) Then
            If arguments(place).Areas.Count > 1 Then
                Answer = func & ": an argument is one range of cells, not several"
                Exit Function
            End If
            arguments(place) = arguments(place).Value2 ' not the cells: Python would come back for each value
        End If
    Next place
    On Error Resume Next
    For attempt = 1 To 2 ' a second time if the Python of an earlier call has ended since
        Err.Clear
        If server Is Nothing Then StartPython
        If server Is Nothing Then
            problem = failure
            If Err.Number <> 0 Then problem = Err.Description & ". " & DOCTOR
            Exit For
        End If
        Answer = WithErrors(server.CallUDF("xlneuron.udfs", func, arguments))
        If Err.Number = 0 Then Exit Function
        problem = "Python ended during the call. " & DOCTOR
        Set server = Nothing
    Next attempt
    Answer = "xlneuron: " & problem
End Function

' Set `server`, or `failure` if that cannot be. For some seconds after a failure nothing is tried again: a
' thousand cells would each wait for a Python that does not start.
Private Sub StartPython()
    Dim python As String, folder As String, result As Variant
    If Len(failure) > 0 Then
        If Now - failedAt < 20 / 86400 Then Exit Sub
    End If
    python = Interpreter()
    folder = Parent(python)
    If Len(python) = 0 Then
        failure = "no Python is named in " & UserSettings() & ". " & INSTALL
    ElseIf Len(Dir(python)) = 0 Then
        failure = python & " is gone. " & INSTALL
    ElseIf LoadLibrary(folder & "\" & DLL) = 0 And LoadLibrary(Parent(folder) & "\" & DLL) = 0 Then
        failure = DLL & " is not beside " & python & ". " & INSTALL
    ElseIf ActivateServer(result, PythonCommand(python), 1) <> 0 Then
        failure = python & " does not start. " & DOCTOR
    Else
        failure = ""
        Set server = result
    End If
    failedAt = Now
End Sub

' The command line that starts Python as a COM server; xlwings' DLL puts a class identifier for $(CLSID). No
' module of the current folder, and no variable of the environment, is taken for one of Python's (-I).
Private Function PythonCommand(python As String) As String
    PythonCommand = """" & python & """ -I -B -m xlneuron.hosts.excel.server $(CLSID)"
End Function

' The path of python.exe that `xlneuron install excel` has written; empty if there is none.
Private Function Interpreter() As String
    ' An add-in elsewhere than in Excel's own folder may have its settings beside it. A workbook may not: who
    ' trusts its macros has not yet trusted what came in the same folder.
    If ThisWorkbook.IsAddin Then Interpreter = Setting(ThisWorkbook.Path & "\xlneuron.conf", "INTERPRETER_WIN")
    If Len(Interpreter) = 0 Then Interpreter = Setting(UserSettings(), "INTERPRETER_WIN")
End Function

Private Function UserSettings() As String
    UserSettings = Environ("USERPROFILE") & "\.xlneuron\xlneuron.conf"
End Function

' The value of a setting in a file of lines "NAME","value"; empty if it has none.
Private Function Setting(path As String, name As String) As String
    Dim file As Integer, text As String, start As String
    If Len(Dir(path)) = 0 Then Exit Function
    start = """" & name & ""","""
    file = FreeFile
    Open path For Input As #file
    Do While Not EOF(file)
        Line Input #file, text
        If UCase(Left(text, Len(start))) = start Then Setting = Mid(text, Len(start) + 1, Len(text) - Len(start) - 1)
    Loop
    Close #file
End Function

' The folder that a file or a folder is in.
Private Function Parent(path As String) As String
    If InStrRev(path, "\") > 0 Then Parent = Left(path, InStrRev(path, "\") - 1)
End Function

' Python cannot send an error value: it sends the text, and this makes a real #NUM! of it, in arrays, too.
Private Function WithErrors(cells As Variant) As Variant
    Dim row As Long, column As Long
    If Not IsArray(cells) Then
        WithErrors = WithError(cells)
        Exit Function
    End If
    If HasRows(cells) Then
        For row = LBound(cells, 1) To UBound(cells, 1)
            For column = LBound(cells, 2) To UBound(cells, 2)
                cells(row, column) = WithError(cells(row, column))
            Next column
        Next row
    Else ' xlwings sends a single row so
        For column = LBound(cells) To UBound(cells)
            cells(column) = WithError(cells(column))
        Next column
    End If
    WithErrors = cells
End Function

Private Function HasRows(cells As Variant) As Boolean
    Dim last As Long
    On Error Resume Next
    last = UBound(cells, 2)
    HasRows = (Err.Number = 0)
    Err.Clear
End Function

Private Function WithError(cell As Variant) As Variant
    WithError = cell
    If VarType(cell) = vbString Then
        If cell = "#NUM!" Then WithError = CVErr(xlErrNum)
    End If
End Function
