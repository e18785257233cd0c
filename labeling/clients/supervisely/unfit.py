"""What of Supervisely's has no place here."""


class Unfit(ValueError):
    """Something that was sent cannot be kept; the text says what and why.

    Arguments:
        place: where it stands in what was sent, such as `objects[3]`.
    """

    def __init__(self, message: str, place: str = "") -> None:
        self.message = message
        self.place = place
        super().__init__(f"{place}: {message}" if place else message)

    def within(self, place: str) -> "Unfit":
        """The same, told from one step further out."""
        return Unfit(self.message, f"{place}.{self.place}" if self.place else place)
