"""Tables as Markdown, which people can read as it is."""


def lay_out(header, rows):
    """Lines; the first column is text, the others are numbers. None is nothing."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(3, *(len(row[k]) for row in cells)) for k in range(len(header))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return [_line(row, widths) for row in (cells[0], rule, *cells[1:])]


def _line(row, widths):
    first, *others = (cell.ljust(width) if k == 0 else cell.rjust(width)
                      for k, (cell, width) in enumerate(zip(row, widths)))
    return "| " + " | ".join([first, *others]) + " |"


def short(number):
    """Three digits that matter: of seconds, ratios and rates."""
    if number is None:
        return None
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 10 else f"{number:.2f}" if number >= 1 else f"{number:.3f}"
