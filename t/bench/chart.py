"""SVG without a library: bars for the comparison, lines for growth."""

from html import escape

FONT = 'font-family="sans-serif" font-size="12"'
OURS, THEIRS = "#2a6f97", "#9aa5b1"
BAR_HEIGHT, BAR_GAP, LABEL_WIDTH, BAR_WIDTH = 18, 6, 270, 420


def svg(width, height, parts):
    body = "\n".join(parts)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" '
            f'height="{height}" viewBox="0 0 {width} {height}" {FONT}>\n'
            f'<rect width="{width}" height="{height}" fill="white"/>\n'
            f"{body}\n</svg>\n")


def text(x, y, words, anchor="start", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
            f'font-weight="{weight}">{escape(words)}</text>')


def comparison(medians, contenders):
    """Requests per second and worker CPU, with the lean client."""
    rows = medians["lean"]
    parts, y = [], 10
    for key, title, form in (
            ("rate", "requests per second (more is better)", "{:,.0f}"),
            ("worker_cpu", "worker CPU seconds per 100,000 requests "
                           "(less is better)", "{:.2f}")):
        parts.append(text(10, y + 14, title, weight="bold"))
        y += 24
        bars, y = bar_group(rows, contenders, key, form, y)
        parts += bars
        y += 14
    return svg(LABEL_WIDTH + BAR_WIDTH + 90, y, parts)


def bar_group(rows, contenders, key, form, y):
    parts = []
    largest = max(row[key] for row in rows.values()) or 1
    for contender in contenders:
        value = rows[contender.key][key]
        width = BAR_WIDTH * value / largest
        colour = OURS if "this module" in contender.title else THEIRS
        title = contender.title.replace("`", "")
        parts += [
            text(LABEL_WIDTH - 8, y + 13, title, "end"),
            f'<rect x="{LABEL_WIDTH}" y="{y}" width="{width:.1f}" '
            f'height="{BAR_HEIGHT}" fill="{colour}"/>',
            text(LABEL_WIDTH + width + 6, y + 13, form.format(value))]
        y += BAR_HEIGHT + BAR_GAP
    return parts, y


PANEL_WIDTH, PANEL_HEIGHT, MARGIN = 360, 200, 50


def growth(curves):
    """One panel per curve: (title, points)."""
    parts = []
    for number, (title, points) in enumerate(curves):
        x = (number % 2) * PANEL_WIDTH
        y = (number // 2) * PANEL_HEIGHT
        parts += panel(x, y, title, points)
    rows = (len(curves) + 1) // 2
    return svg(2 * PANEL_WIDTH, rows * PANEL_HEIGHT, parts)


def panel(x, y, title, points):
    """`points`: (label, value) in order, at even distances."""
    largest = max(value for _, value in points) or 1
    inner_width = PANEL_WIDTH - 2 * MARGIN
    inner_height = PANEL_HEIGHT - 2 * MARGIN
    bottom = y + PANEL_HEIGHT - MARGIN
    step = inner_width / max(1, len(points) - 1)

    places = [(x + MARGIN + step * index,
               bottom - inner_height * value / largest)
              for index, (_, value) in enumerate(points)]
    path = " ".join(f"{px:.1f},{py:.1f}" for px, py in places)
    parts = [
        text(x + 10, y + 18, title, weight="bold"),
        f'<line x1="{x + MARGIN}" y1="{bottom}" '
        f'x2="{x + PANEL_WIDTH - MARGIN}" y2="{bottom}" stroke="#444"/>',
        f'<polyline points="{path}" fill="none" stroke="{OURS}" '
        f'stroke-width="2"/>']
    for (label, value), (px, py) in zip(points, places):
        parts += [text(px, bottom + 16, label, "middle"),
                  text(px, py - 6, f"{value:,.0f}", "middle")]
    return parts
