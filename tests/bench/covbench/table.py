"""Tables of text, at most 100 columns wide."""
WIDTH = 100


def lay_out(header, rows, left=1):
    """Lines; the first `left` columns are texts, the others numbers. The widest text gives way."""
    cells = [[str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(len(row[k]) for row in cells) for k in range(len(header))]
    spare = WIDTH - sum(widths) - 2 * (len(widths) - 1)
    if spare < 0:
        widest = max(range(left), key=lambda k: widths[k])
        widths[widest] = max(8, widths[widest] + spare)
    return ["  ".join(_fit(cell, width, k < left)
                      for k, (cell, width) in enumerate(zip(row, widths))).rstrip()
            for row in cells]


def _fit(text, width, left):
    if len(text) > width:
        text = text[:width - 3] + "..."
    return text.ljust(width) if left else text.rjust(width)


def short(number):
    """Three digits that matter: of seconds, ratios and rates."""
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 10 else f"{number:.2f}" if number >= 1 else f"{number:.3f}"
