"""The words of document-functions: where descriptions are kept, why the MacroOptions line fails, what to try.

A message in FAILURES is Excel's own only where `source` has it word for word; else the line says what happens.
"""

from __future__ import annotations

from xlneuron.tables.model import Column, Sheet, Table, Words


def _table(
    key: str, group: str, columns: tuple[tuple[str, str, int, str], ...], rows: tuple[tuple[str, ...], ...]
) -> Table:
    """Return a table of texts; a column's key, header, width and note."""
    return Table(key, tuple(
        Column(name, values=[row[place] for row in rows], note=note, header=header, style="text", width=width, group=group)
        for place, (name, header, width, note) in enumerate(columns)
    ), len(rows))  # fmt: skip


MICROSOFT = "Microsoft's VBA reference, under this message"
ROWS: tuple[tuple[str, ...], ...] = (
    ("Invalid outside procedure",
     "A statement such as Arg(1) = ... stands outside Sub ... End Sub.",
     "Write Sub Describe_addNum() above the lines and End Sub below them.", MICROSOFT),
    ("Only comments may appear after End Sub, End Function, or End Property",
     "The same, or a Dim below the end of a function: as in the learner's lines.",
     "The same: a Sub around them.", MICROSOFT),
    ("Cannot edit a macro on a hidden workbook. Unhide the workbook using the Unhide command.",
     "The workbook is hidden, as PERSONAL.XLSB and every add-in (.xlam) are.",
     "View > Unhide. In an add-in: ThisWorkbook.IsAddin = False before, True after. Save.", "the VBA of JuliaExcel"),
    ("Run-time error '1004': Method 'MacroOptions' of object '_Application' failed",
     "The description has more than 255 characters.",
     "Shorten it; sheet Your function counts.", "ExcelPython (now xlwings), issue 14"),
    ("Run-time error '1004': Method 'MacroOptions' of object '_Application' failed",
     "Excel does not find the function: a slip in its name, or its module does not compile.",
     "Compare the names. Debug > Compile VBAProject; no name may begin with _.", "public code for xlpython; IntelliSense_MacroOptions.vba"),
    ("A run-time error 1004 (its text could not be confirmed)",
     "No workbook has a window, as while Excel starts or an add-in loads.",
     "Run it when a workbook is open.", "LNF Tools and IntelliSense_MacroOptions.vba, public VBA"),
    ("A run-time error (neither its number nor its text could be confirmed)",
     "Another workbook is active than the one that has the function.",
     "Macro:=\"'\" & ThisWorkbook.Name & \"'!addNum\", or make it the active one.", "xlwings names the workbook so"),
    ("Subscript out of range (error 9)",
     "A text for an element that there is not: Arg(3) after Dim Arg(1 To 2).",
     "Dim Arg(1 To 3): as many as the function has arguments.", MICROSOFT),
    ("Named argument not found (error 448)",
     "ArgumentDescriptions is misspelt, or this is Excel 2007, which does not have it.",
     "Spell it right. In Excel 2007 leave it out.", f"{MICROSOFT}; MacroOptions in Excel 2007"),
    ("Too many arguments",
     "The Function line has more than 60 arguments.",
     "Take a range instead of many numbers.", MICROSOFT),
    ("The editor shows the line in red",
     "A quotation mark within a text stands there once, or a line is broken without a space and _.",
     'Write "" for each " within a text. Sheet Code does.', "devtut.github.io, VBA string literals"),
    ("No message, but every text is one argument too late",
     "Dim Arg(2) has three elements, 0 to 2, and Arg(0) is empty. Their order counts.",
     "Dim Arg(1 To 2).", "follows: too many texts raise no error (IntelliSense_MacroOptions.vba, tests)"),
    ("No message, but the last arguments have no text",
     "There are fewer texts than arguments.",
     "One text for each argument, in order.", "IntelliSense_MacroOptions.vba, tests"),
    ("No message, and no texts",
     "The macro has not been run. A cell that calls the function does not run it.",
     "Alt+F8, choose Describe_addNum, Run.", "the learner's forum thread"),
    ("No message, but no texts when the workbook is opened again",
     "It was not saved after the macro had run, or as .xlsx, which has no macros.",
     "Save it as .xlsm after the macro has run.", "LNF Tools; workbooks that Excel saved"),
    ("No message, but no texts while the formula is typed",
     "Excel shows them in the window of fx (Insert Function) only.",
     "Press fx. Or load the free add-in Excel-DNA IntelliSense: sheet Where they are.", "Excel-DNA, tutorial for VBA functions"),
    ("No message, but a cell does not call the function",
     "Its name is that of a cell, such as NUM1 or TAX2010.",
     "Give it a longer name. Arguments may have such names.", "Rubberduck, an inspection of VBA"),
)  # fmt: skip
FAILURES = Sheet(
    "failures", "Why it fails", "Why does the MacroOptions line fail?",
    "What you see, why, and what to do. A message is Excel's own where the last column has it word for word; no other is made up.",
    tables=(_table("failures", "What goes wrong", (
        ("says", "what Excel says", 70, "The message in an Excel in English, or what happens without one."),
        ("cause", "because", 68, "What is wrong."),
        ("cure", "what to do", 66, "How to mend it."),
        ("source", "who says so", 58, "Where it was read. Nobody has tried these in Excel for this workbook."),
    ), ROWS),),
    about="Seventeen ways to get no description, with Excel's message, the cause and the cure.",
)  # fmt: skip

PLACES = Sheet(
    "places", "Where they are", "Where do descriptions come from?",
    "What you see of a function depends on what it is made with, and on what has put its texts into the file.",
    tables=(_table("places", "Kinds of functions", (
        ("kind", "function", 33, "What the function is made with."),
        ("see", "what you see in Excel", 54, "fx is the button beside the formula bar, Insert Function."),
        ("stored", "where its texts are", 54, "In which part of the file."),
        ("how", "how they get there", 64, "Who puts them there, and when."),
        ("needs", "what that needs", 45, "Without it there are no texts."),
    ), (
        ("VBA function in a workbook",
         "In fx: the description, and each argument's text",
         "description: in the VBA module, unseen; arguments: in the workbook",
         "You run a Sub with Application.MacroOptions once, and save as .xlsm",
         "macros allowed; Excel 2010 or newer for the arguments"),
        ("VBA function in an add-in (.xlam)",
         "The same, in every workbook",
         "The same, in the add-in's file",
         "The same, but Excel refuses while the add-in is hidden",
         "the add-in loaded"),
        ("Python function, xlwings",
         "The same: it is called through a VBA function of its name",
         "The same; in Python, the docstring and @xw.arg(doc=...)",
         "Import Functions writes the VBA and calls MacroOptions; texts are cut at 255",
         "Windows; trust in the VBA project"),
        ("LAMBDA with a name",
         "While you type the name: its comment. No text for any argument",
         "The name's comment, 255 characters at most",
         "Formulas > Name Manager > Edit > Comment: write there what the arguments are",
         "Excel 365, 2024 or on the web"),
        ("xlneuron in Excel, add-in and .xlsm",
         "In fx: all texts, with nothing to run",
         "Where Excel would have put them after MacroOptions",
         "The file is made with them, from the Python functions' docstrings",
         "xlneuron install excel"),
        ("xlneuron as LAMBDA",
         "While you type: the call, and what its arguments are as far as 255 go",
         "The name's comment",
         "The workbook is made with it, from the same docstrings",
         "xlneuron build --formulas lambda"),
        ("xlneuron in LibreOffice",
         "In the Function Wizard: all texts",
         "In the extension",
         "It is made with them, from the same docstrings",
         "xlneuron install libreoffice"),
        ("Any of VBA, Excel-DNA loaded",
         "While you type: the call, and the argument that you are at",
         "A custom XML part of the workbook, or a sheet named _IntelliSense_",
         "xlneuron's files have the part; in your own, fill the sheet, the last one",
         "the free add-in Excel-DNA IntelliSense, Windows"),
    )),),
    about="VBA, xlwings, LAMBDA, xlneuron: what you see in Excel, where it is stored, how it gets there, what it needs.",
)  # fmt: skip

WORDS = Words(
    shows=(
        "In a forum thread a learner wrote addNum in VBA, with a macro that describes it and its two arguments. First no text "
        "showed, then a line made an error. Two things were missing: the macro has to be run once (a cell that calls the function "
        "does not run it), and its lines have to stand in a Sub. This workbook is about both, and about what else can go wrong.",
        "Sheet Your function checks live what you want to say of a function of your own; sheet Code has the lines of VBA for it, to "
        "paste, run once and save. Nothing here needs macros: they are formulas in plain cells.",
        "Sheet Why it fails lists the messages, with cause and cure. Sheet Where they are compares VBA, xlwings, LAMBDA and "
        "xlneuron's own functions: what you see in Excel, and where it is stored.",
        "As shipped, sheet Code has the lines of the file vba/addnum.bas of xlneuron, the smallest example that runs.",
    ),
    experiments=(
        ("On sheet Your function, change the function's name from addNum to num1.",
         "FAIL: the function: Excel takes num1 for a cell. It is the cell in column NUM, row 1. The argument num1 passes: only a "
         "function's name is typed into cells. The name num_1 passes, too."),
        ('Change the first argument\'s text to: The "first" number.',
         'It passes. Sheet Code writes texts(1) = "The ""first"" number.": within a text VBA takes two quotation marks for one. '
         "With single ones the line would be an error."),
        ("Set how many arguments it has to 3. Then add the third: name num3, what it is: A third number.",
         "FAIL: arguments: 3 in the function, but 2 described. Excel would not say so: the third would just have no text. With the "
         "third line PASS is back, and sheet Code has Dim texts(1 To 3) and a line for texts(3)."),
    ),
    notes=(
        "The sheet knows what Excel refuses (a text over 255 characters, a name that is none, VBA's own words, names too long "
        "together) and what it accepts without a word (a missing text, too few texts). It cannot know whether the name is that of "
        "your function: compare them.",
        "Letters that your Windows has no code for, such as Greek ones in most of Europe and America, become ? when they are pasted "
        "into VBA. Write them as words.",
        "Who opens the workbook does not have to run the macro again: the texts are in the file.",
        "Nobody has tried the messages in Excel for this workbook. Where they were read stands beside them.",
    ),
)  # fmt: skip
