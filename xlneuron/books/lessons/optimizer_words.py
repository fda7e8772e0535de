"""The words of 07: the About sheet, and what differs from the well-known course spreadsheet."""

from __future__ import annotations

from xlneuron.tables.model import Column, Sheet, Table, Words

WORDS = Words(
    shows=(
        "Five optimisers train the same neuron, y = a*x + b, on the same 29 datapoints of the line y = 2x + 30: from "
        "the same start, for 20 epochs (580 steps), with exact derivatives. Only the last columns differ: how a "
        "derivative becomes a step. Each has the learning rate that was best for it in a grid (sheet Rates).",
        "After 20 epochs Adam is nearest to the line (RMSE 0.22), then RMSProp (0.46) and Adagrad (1.18). SGD (15.52) and "
        "momentum (15.56) are far behind.",
        "Why: the derivative of a is x times that of b, and x is up to 99. One rate for both must be small enough for "
        "a, and then b hardly moves: with SGD it is 1.55 after 580 steps, and 30 is its goal. Momentum has one rate, "
        "too. The other three divide each derivative by the size that it usually has, and so give b a rate that is "
        "65 to 77 times that of a in the end (the third chart of their sheets).",
        "Who wins depends on when the race ends, each optimiser at its best rate for that length: Adagrad after 1, 2, 50 "
        "and 100 epochs, Adam after 5 and 20, RMSProp after 10 (sheet Length). That the three beat SGD and momentum does "
        "not depend on it.",
    ),
    experiments=(
        ("On the sheet Adam, set sqr_mom to 0.999, PyTorch's default.",
         "Adam ends at 1.38 instead of 0.22 and falls to place 3. The sheet Race says that RMSProp learned best. A race of "
         "optimisers is a race of their settings."),
        ("On the sheet Momentum, set mom to 0 and the learning rate to 0.00005.",
         "Momentum that keeps nothing is SGD: every row of the two sheets is the same, and both end at 15.52."),
        ("On the sheet Race, start at a = -1 and b = 50.",
         "Adagrad wins with 0.47, Adam is third with 6.34. The rates were the best ones for another start: on the sheet "
         "Rates the check says FAIL for all five, because the grid is not live."),
    ),
    notes=(
        "RMSProp jumps up to 65.92 after epoch 14 and Adam to 14.89 after epoch 16. Their averages forget: with sqr_mom 0.99 "
        "they know about the last 100 steps. While the derivatives shrink, each weight's own rate grows, until a step overshoots. "
        "Adagrad's sum never forgets: its rates only fall, and its line on the sheet Race is smooth.",
        "A learning rate of 5 is not a slip: Adagrad divides it by the root of a sum of squares that soon is in the "
        "billions. Rates of different optimisers cannot be compared.",
        "Momentum is not dampened here (as in fastai and PyTorch by default): with mom 0.9 its steps are up to 10 times as "
        "long, and its best rate here is a tenth of SGD's.",
        "The sheet Course lists what is different from the well-known course spreadsheet.",
        "Made with another learning rate (xlneuron build --learning-rate), all five sheets get that rate.",
    ),
)  # fmt: skip

COURSE = (
    ("Hand-over to the next epoch", "Hands on the weights from before the last row's step: one step is lost.",
     "Every row starts with the new weights of the row above, across epochs too.",
     "No step is lost: 29 rows are 29 steps."),
    ("rmse", "The root of the SUM of the squared errors.", "The root of the MEAN of the squared errors.",
     "With 29 rows theirs is 5.4 times as large, and it grows with the number of rows."),
    ("Adam: bias correction", "None: both averages start at 0 and are used as they are.",
     "m is divided by 1 - mom^step, v by 1 - sqr_mom^step.",
     "With mom 0.9, sqr_mom 0.99 and a constant derivative, step 13 without it is 2.1 times too long."),
    ("Adam: epsilon", "None.", "eps is added to the root of v, outside the root, as in PyTorch.",
     "A weight whose derivatives have all been 0 stays where it is. Without eps: 0/0, #DIV/0!."),
    ("Adam with a falling rate", "One cell points into another sheet.",
     "Every column is one formula, filled down; a test reads every cell.", "No cell learns from another sheet's training."),
    ("Derivatives", "Forward differences: near the minimum up to 26 % of an estimate is wrong. Nothing says so.",
     "Exact derivatives, from calculus.", "The optimisers are compared, not the estimates of the derivatives."),
)  # fmt: skip
DIFFERENCES = Sheet(
    "course", "Course", "What differs from the well-known course spreadsheet, and why",
    "The spreadsheet that most people copy their optimisers from is a fine lesson. Six things in it are different here.",
    tables=(Table("course", tuple(
        Column(key, note=note, values=[row[place] for row in COURSE], header=header, style="text", width=width,
               group="Differences")
        for place, (key, header, width, note) in enumerate((
            ("what", "what", 27, "What is different."),
            ("theirs", "in the course spreadsheet", 68, "How the course spreadsheet does it."),
            ("ours", "here", 66, "How this workbook does it."),
            ("why", "what it changes", 84, "Why it matters."),
        ))
    ), len(COURSE)),),
    about="Six differences from the spreadsheet that most people start with.",
)  # fmt: skip
