"""What is said of a training, in one place: Python fills the holes with texts, the sheets with cells.

{loss} is RMSE or cross-entropy, {cure} and {faster} are learning rates (`RATE`), {row} counts from 1 and
{before} is the row above it.
"""

TOO_LARGE = "The errors are too large from row 1 on. Try other starting weights."
EXPLODED = "The step at row {before} overshot and the errors exploded from row {row} on. Try {cure}."
DEAD_FROM_THE_START = "The {who} is dead from the start: {why}. Try other starting weights."
DIED = "The step at row {before} overshot and the {who} died: {why}. Try {cure}."
WHY_DEAD = "{where}, so {weights} get derivative 0 and {rest}"
FROZEN = "Frozen: {weights} derivative 0 since row {row}.{dead} Try other starting weights or {cure}."
DEAD_NEURON = " Neuron {neuron} of layer {layer} is dead: its ReLU is below 0 for every datapoint."
LEARNED = "Learned: the {loss} over the data is 0, the weights fit every datapoint."
NOT_LEARNING = "Not learning: the {loss} over the data went from {start} to {end}. {still}Try {cure}."
HARDLY_LEARNING = (
    "Hardly learning: the {loss} over the data only fell from {start} to {end}. "
    "Unless the starting weights were good, try {faster}."
)
LEARNING = "Learning: the {loss} over the data fell from {start} to {end}; nothing exploded and {all_well}."
LEARNING_BUT = "Learning: the {loss} over the data fell from {start} to {end}; nothing exploded, but {frozen}"
ALL_MOVE = "every weight still moves"
NONE_FROZEN = "no neuron is frozen"
RATE = "a learning rate of {rate}"
