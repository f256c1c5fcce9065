"""Prompts to try first: each shows something that the engine draws well."""

EXAMPLES: dict[str, list[str]] = {
    "ru": [
        "Заяц на лошади, держащий леденец, на туманном лугу, где растут нарциссы",
        "Эйфелева башня на дне моря, между её балок плавают рыбы и осьминог",
        "Три пингвина в шарфах перед Колизеем, полным мороженого, снежной ночью",
    ],
    "en": [
        "A hare on a horse holding a lollipop in a misty meadow where daffodils grow",
        "The Eiffel Tower on the sea floor, fish and an octopus swim between its beams",
        "Three penguins in scarves in front of the Colosseum full of ice cream on a snowy night",
    ],
}
