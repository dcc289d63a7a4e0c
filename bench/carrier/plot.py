"""The plot of the docs: how many customers of the stricken region waited when. Plain SVG."""

from __future__ import annotations

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 760, 300, 56, 40, 30
_HEAD = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
    'font-family="system-ui, sans-serif" font-size="12">'
)
COLOURS = ("#c2410c", "#1d4ed8")


def draw(lines: dict[str, list[tuple[int, int]]]) -> str:
    """Lines of (minute since the beginning, waiting), as one SVG."""
    points = [point for line in lines.values() for point in line]
    far, high = max(x for x, _ in points), max(y for _, y in points) or 1
    wide, tall = WIDTH - LEFT - 12, HEIGHT - TOP - BOTTOM

    def place(x: int, y: int) -> str:
        return f"{LEFT + wide * x / far:.1f},{TOP + tall * (1 - y / high):.1f}"

    parts = [
        _HEAD,
        "<title>Customers of the stricken region who wait, without and with storm mode</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for part in range(5):
        y = high * part // 4
        spot = place(0, y).split(",")[1]
        parts.append(f'<path d="M{LEFT} {spot}H{WIDTH - 12}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{spot}" text-anchor="end" dy="4">{y:,}</text>')
    for day in range(far // 1440 + 1):
        spot = place(day * 1440, 0).split(",")[0]
        name = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[day % 7]
        parts.append(f'<text x="{spot}" y="{HEIGHT - 16}">{name}</text>')
    for number, (name, line) in enumerate(lines.items()):
        path = " ".join(place(x, y) for x, y in line)
        colour = COLOURS[number % len(COLOURS)]
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{LEFT + 220 * number}" y="18" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
