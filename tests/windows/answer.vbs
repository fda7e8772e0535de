' What cells call, and what they get. Every line is compared by test_windows_vba.py.
Dim number, overflow
Home = WScript.Arguments(1)
Forget
WScript.Echo "scalar: " & Show(NEURON_FORWARD(14.0, Table(1, 2, 2), Empty))
WScript.Echo "row: " & Show(SGD_STEP(Table(1, 2, 1), Table(1, 2, 4), 0.25))
WScript.Echo "column: " & Show(NEURON_FORWARD(Table(3, 1, 1), Table(1, 2, 2), Empty))
WScript.Echo "table: " & Show(NEURON_GRAD(Table(2, 1, 1), Table(2, 1, 5), Table(1, 2, 2), Empty))
WScript.Echo "message: " & Show(NEURON_FORWARD(14.0, Table(1, 2, 2), "relo"))
overflow = Table(2, 1, 1)
overflow(1, 0) = 1E308
WScript.Echo "overflow: " & Show(NEURON_FORWARD(overflow, Table(1, 2, 2), Empty))
WScript.Echo "overflow in a row: " & Show(SGD_STEP(Table(1, 2, 1), Table(1, 2, 4), -1E308))
WScript.Echo "ranges: " & Show(NEURON_FORWARD(Range(14.0, 1), Range(Table(1, 2, 2), 1), Empty))
WScript.Echo "areas: " & Show(NEURON_FORWARD(Range(14.0, 2), Table(1, 2, 2), Empty))
WScript.Echo "activated: " & Activations
WScript.Echo "command: " & Commands
Forget
Dying = 1
WScript.Echo "a server that died: " & Show(SGD_STEP(1.0, 4.0, 0.25)) & ", activated " & Activations
Forget
Dying = 2
WScript.Echo "two of them: " & Show(SGD_STEP(1.0, 4.0, 0.25))
Forget
Broken = True
For number = 1 To 1000
    overflow = SGD_STEP(1.0, 4.0, 0.25)
Next
WScript.Echo "no start: " & Show(overflow) & ", activated " & Activations
Forget
Broken = False
Dying = 0
ThisWorkbook.Path = Home & "\beside"
WScript.Echo "a workbook beside settings: " & Show(SGD_STEP(1.0, 4.0, 0.25))
Forget
ThisWorkbook.IsAddin = True
WScript.Echo "an add-in beside settings: " & Show(SGD_STEP(1.0, 4.0, 0.25))
Forget
ThisWorkbook.IsAddin = False
Home = Home & "\nobody"
WScript.Echo "no settings: " & Show(SGD_STEP(1.0, 4.0, 0.25))
