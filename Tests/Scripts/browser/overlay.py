"""Compares the masks on the screen with where they are in the patient, pixel by pixel."""
import base64
import io

import numpy as np
from PIL import Image

from phantoms import letters

# Places of the grid beside a border that belong to both sides: a quarter of a voxel, on the screens of this test.
BORDER = 1
# Every so many device pixels the page is asked where it thinks they are.
GRID = 3
# Places on each side that are averaged before the pictures are compared.
SMOOTHING = 6


def pixels(window, view):
    answer = window.hook(f'R.picture("{view}")')
    picture = Image.open(io.BytesIO(base64.b64decode(answer["png"]))).convert("RGB")
    return np.asarray(picture, int), answer["ratio"]


def masks_drawn(window, view):
    """Where the picture changes when masks are switched on: all of them, filled."""
    window.page.click(".view-bar button[title='No masks']")
    window.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    plain, ratio = pixels(window, view)
    window.page.click(".view-bar button[title='Masks filled']")
    window.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    drawn, _ = pixels(window, view)
    return plain, np.abs(drawn - plain).max(-1) > 6, ratio


def places(window, view, shape, ratio):
    """What the page says of a grid of pixels: LPS points, and the grid."""
    rows, columns = (np.arange(GRID // 2, size, GRID) for size in shape)
    asked = f"""[{','.join(str(y) for y in rows)}].map((y) => [{','.join(str(x) for x in columns)}].map((x) =>
        R.lpsAt("{view}", (x + 0.5) / {ratio}, (y + 0.5) / {ratio})))"""
    return np.array(window.hook(asked), float), rows, columns


def neighbours(values, reach):
    """The grid, shifted to all its neighbours."""
    padded = np.pad(values, reach, mode="edge")
    steps = range(2 * reach + 1)
    return np.stack([padded[dy:dy + values.shape[0], dx:dx + values.shape[1]] for dy in steps for dx in steps])


def away_from_borders(inside):
    """Grid places all of whose neighbours say the same."""
    near = neighbours(inside, BORDER)
    return near.all(0) | ~near.any(0)


def check_view(window, view, phantom):
    """The masks of a view are where the truth is, the grey values as well, and the letters say so. Returns compared pixels."""
    plain, drawn, ratio = masks_drawn(window, view)
    points, rows, columns = places(window, view, drawn.shape, ratio)
    voxels, inside, gap = phantom.voxels(points)
    expected = (phantom.truth[voxels] > 0) & inside
    certain = away_from_borders(expected) & away_from_borders(inside) & ~gap
    found = drawn[np.ix_(rows, columns)]
    wrong = (found != expected) & certain
    assert not wrong.any(), f"view {view}: {wrong.sum()} of {certain.sum()} places are wrong"
    check_grey(window, plain[np.ix_(rows, columns)][..., 0], phantom.values[voxels], inside & certain)
    check_letters(window, view, points)
    return int((certain & expected).sum())


def check_grey(window, shown, values, where):
    """The picture under the masks is the picture of those voxels."""
    level = window.hook("R.window()")
    low = level["center"] - 0.5 - (level["width"] - 1) / 2
    grey = np.clip((values - low) * 255 / (level["width"] - 1), 0, 255)
    # The screen goes smoothly from voxel to voxel, the voxels jump: compared without their noise.
    shown, grey = (neighbours(each.astype(float), SMOOTHING).mean(0) for each in (shown, grey))
    where = neighbours(where, SMOOTHING).mean(0) > 0.8
    correlation = np.corrcoef(shown[where], grey[where])[0, 1]
    assert correlation > 0.95, f"the picture does not show those voxels: correlation {correlation:.3f}"


def check_letters(window, view, points):
    middle_row, middle_column = points.shape[0] // 2, points.shape[1] // 2
    right = points[middle_row, -1] - points[middle_row, 0]
    down = points[-1, middle_column] - points[0, middle_column]
    shown = window.hook(f'R.letters("{view}")')
    for edge, direction in (("right", right), ("left", -right), ("bottom", down), ("top", -down)):
        expected = letters(direction / np.linalg.norm(direction))
        assert shown[edge] == expected, f"view {view}, {edge}: {shown[edge]}, not {expected}"


def check_camera(window, phantom, slice_):
    """The acquired slice lies in the middle of its view, fitted, with square millimetres: computed here, not by the page."""
    box = window.page.locator(".view[data-plane=k]").bounding_box()
    _, rows, columns = phantom.truth.shape
    high, wide = phantom.spacing
    scale = 0.97 * min(box["width"] / (columns * wide), box["height"] / (rows * high))
    for row, column in ((0, 0), (rows - 1, columns - 1), (3, 11), (17, 5)):
        x = box["width"] / 2 + (column - (columns - 1) / 2) * wide * scale
        y = box["height"] / 2 + (row - (rows - 1) / 2) * high * scale
        said = np.array(window.hook(f'R.lpsAt("k", {x}, {y})'))
        distance = np.linalg.norm(said - phantom.point(slice_, row, column))
        assert distance < 0.3 * min(phantom.spacing), f"row {row}, column {column}: {distance} mm off"
