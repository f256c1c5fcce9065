"""What becomes of the bytes that a service or a person sends: a plain, labelled picture, or one kind of error."""

import io
import random
import re
import struct
import subprocess
import sys
import time
import zlib
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from gallery import pictures
from gallery.pictures import AI_MADE, SKETCH_MADE, BadPicture, Label, prepare, read_label

LABEL = Label(AI_MADE, "Made with AI", "Painter 3 <beta> & friends")
PAYLOAD = b"<html><script>alert('not a picture')</script></html>"


def encoded(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def drawing(width=64, height=48, colour=(200, 120, 40)):
    """A picture whose corners differ: red at the top left, green at the top right, blue at the bottom left."""
    image = Image.new("RGB", (width, height), colour)
    image.paste((255, 0, 0), (0, 0, width // 4, height // 4))
    image.paste((0, 255, 0), (width - width // 4, 0, width, height // 4))
    image.paste((0, 0, 255), (0, height - height // 4, width // 4, height))
    return image


def png_chunks(data):
    kinds, start = [], 8
    while start < len(data):
        (length,) = struct.unpack(">I", data[start : start + 4])
        kinds.append(data[start + 4 : start + 8])
        start += 12 + length
    return kinds


def webp_chunks(data):
    kinds, start = [], 12
    while start < len(data):
        (length,) = struct.unpack("<I", data[start + 4 : start + 8])
        kinds.append(data[start : start + 4])
        start += 8 + length + length % 2
    return kinds


def png_bomb(side):
    """A valid PNG of side x side black pixels, a few hundred kilobytes long, put together row by row."""
    packer = zlib.compressobj(9)
    row = bytes(1 + side * 3)
    body = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def webp_header(width, height):
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + canvas
    return b"RIFF" + struct.pack("<I", len(body)) + body


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def described(data):
    """What the label of one of our PNGs says, read by an XML parser: {tag without its namespace: text}."""
    packet = opened(data).info["xmp"]
    return {element.tag.split("}")[-1]: element.text for element in ElementTree.fromstring(packet).iter()}


def near(pixel, wanted, by=12):
    return all(abs(have - want) <= by for have, want in zip(pixel, wanted, strict=True))


def refusal(raw, **options):
    with pytest.raises(BadPicture) as caught:
        prepare(raw, label=LABEL, **options)
    assert caught.value.detail
    return caught.value.code


class TestAGoodPicture:
    @pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("JPEG", {"quality": 95}), ("WEBP", {"lossless": True})])
    def test_every_accepted_kind_becomes_a_png_of_the_same_size(self, kind, options):
        ready = prepare(encoded(drawing(), kind, **options), label=LABEL)
        image = opened(ready.original)
        assert (image.format, image.mode, image.size) == ("PNG", "RGB", (64, 48))
        assert (ready.format, ready.width, ready.height) == ("png", 64, 48)
        assert near(image.getpixel((2, 2)), (255, 0, 0))

    def test_the_full_size_picture_loses_no_pixel(self):
        noise = Image.frombytes("RGB", (301, 203), random.Random(1).randbytes(301 * 203 * 3))
        ready = prepare(encoded(noise), label=LABEL)
        assert opened(ready.original).tobytes() == noise.tobytes()

    def test_the_digest_is_that_of_the_original_and_the_same_every_time(self):
        raw = encoded(drawing())
        first, second = prepare(raw, label=LABEL), prepare(raw, label=LABEL)
        assert first.sha256 == second.sha256
        assert re.fullmatch("[0-9a-f]{64}", first.sha256)
        assert first.sha256 != prepare(encoded(drawing(colour=(1, 2, 3))), label=LABEL).sha256

    def test_the_average_colour_is_the_mean_of_the_pixels(self):
        half = Image.new("RGB", (40, 40), (0, 0, 0))
        half.paste((255, 128, 0), (0, 0, 20, 40))
        assert prepare(encoded(half), label=LABEL).average_colour in {"#804000", "#7f4000", "#804100"}


class TestThumbnails:
    def test_a_big_picture_is_shrunk_to_both_widths_in_its_own_ratio(self):
        ready = prepare(encoded(drawing(1536, 864)), label=LABEL)
        assert {width: opened(data).size for width, data in ready.thumbnails.items()} == {384: (384, 216), 960: (960, 540)}
        assert all(opened(data).format == "WEBP" for data in ready.thumbnails.values())

    @pytest.mark.parametrize(("size", "wanted"), [((200, 100), {200}), ((500, 900), {384, 500}), ((384, 384), {384})])
    def test_a_small_picture_is_never_made_bigger(self, size, wanted):
        ready = prepare(encoded(drawing(*size)), label=LABEL)
        assert set(ready.thumbnails) == {384, 960}
        assert {opened(data).width for data in ready.thumbnails.values()} == wanted

    def test_a_strip_keeps_at_least_one_row(self):
        ready = prepare(encoded(Image.new("RGB", (4000, 1))), label=LABEL)
        assert opened(ready.thumbnails[384]).size == (384, 1)


class TestColours:
    def test_see_through_parts_become_white(self):
        image = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
        image.paste((0, 0, 255, 255), (0, 0, 10, 20))
        result = opened(prepare(encoded(image), label=LABEL).original)
        assert (result.getpixel((5, 5)), result.getpixel((15, 5))) == ((0, 0, 255), (255, 255, 255))

    def test_a_palette_with_a_see_through_colour_becomes_plain_colours_on_white(self):
        image = Image.new("P", (20, 20), 0)
        image.putpalette([255, 0, 0, 0, 128, 0])
        image.paste(1, (0, 0, 10, 20))
        result = opened(prepare(encoded(image, transparency=0), label=LABEL).original)
        assert (result.mode, result.getpixel((5, 5)), result.getpixel((15, 5))) == ("RGB", (0, 128, 0), (255, 255, 255))

    def test_sixteen_bit_grey_keeps_its_shades(self):
        image = Image.new("I;16", (4, 1))
        for x, value in enumerate((0, 16384, 32768, 65535)):
            image.putpixel((x, 0), value)
        result = opened(prepare(encoded(image), label=LABEL).original)
        assert all(near(result.getpixel((x, 0)), (shade,) * 3, by=1) for x, shade in enumerate((0, 64, 128, 255)))

    def test_a_cmyk_photo_becomes_rgb(self):
        image = Image.new("CMYK", (32, 32), (0, 255, 255, 0))
        result = opened(prepare(encoded(image, "JPEG", quality=95), label=LABEL).original)
        assert (result.mode, near(result.getpixel((16, 16)), (255, 0, 0), by=20)) == ("RGB", True)

    @pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
    def test_every_other_mode_of_a_png_becomes_rgb(self, mode):
        result = opened(prepare(encoded(drawing().convert(mode)), label=LABEL).original)
        assert (result.mode, result.size) == ("RGB", (64, 48))

    def test_a_foreign_colour_profile_is_applied_and_dropped(self):
        raw = encoded(Image.new("RGB", (8, 8), (200, 100, 50)), icc_profile=wide_profile())
        result = opened(prepare(raw, label=LABEL).original)
        assert "icc_profile" not in result.info
        assert not near(result.getpixel((4, 4)), (200, 100, 50), by=5)

    def test_an_srgb_profile_changes_no_pixel(self):
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        result = opened(prepare(encoded(drawing(), icc_profile=profile), label=LABEL).original)
        assert result.tobytes() == drawing().tobytes()

    @pytest.mark.parametrize("profile", [b"no profile at all", b"\0" * 4000])
    def test_a_broken_profile_does_not_spoil_the_picture(self, profile):
        result = opened(prepare(encoded(drawing(), icc_profile=profile), label=LABEL).original)
        assert result.tobytes() == drawing().tobytes()


def wide_profile():
    """The sRGB profile with red and green colorants swapped: any program that applies it must change the colours."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", profile[128:132])[0]
    entries = {bytes(profile[at : at + 4]): at for at in range(132, 132 + count * 12, 12)}
    red, green = entries[b"rXYZ"] + 4, entries[b"gXYZ"] + 4
    profile[red : red + 8], profile[green : green + 8] = profile[green : green + 8], profile[red : red + 8]
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "odd1".encode("utf-16-be"))


class TestOrientation:
    @pytest.mark.parametrize(
        ("orientation", "size", "red_at"),
        [(1, (64, 48), "nw"), (3, (64, 48), "se"), (6, (48, 64), "ne"), (8, (48, 64), "sw"), (2, (64, 48), "ne")],
    )
    def test_a_turned_photo_is_set_upright_and_the_note_is_dropped(self, orientation, size, red_at):
        exif = Image.Exif()
        exif[0x0112] = orientation
        result = opened(prepare(encoded(drawing(), "JPEG", quality=95, exif=exif), label=LABEL).original)
        x = 2 if "w" in red_at else result.width - 3
        y = 2 if "n" in red_at else result.height - 3
        assert (result.size, near(result.getpixel((x, y)), (255, 0, 0), by=30)) == (size, True)
        assert not result.getexif()

    @pytest.mark.filterwarnings("ignore:Corrupt EXIF")
    @pytest.mark.parametrize("exif", [b"Exif\0\0MM\0*\xff\xff\xff\xff broken", b"Exif\0\0no header at all"])
    def test_broken_exif_does_not_spoil_the_picture(self, exif):
        raw = encoded(drawing(), "JPEG", exif=exif)
        assert prepare(raw, label=LABEL).width == 64


class TestNothingElseSurvives:
    def test_a_png_comes_out_with_its_pixels_and_our_label_only(self):
        notes = PngImagePlugin.PngInfo()
        notes.add_text("Author", "Vera Example")
        notes.add_itxt("XML:com.adobe.xmp", "<x>Vera Example</x>")
        exif = Image.Exif()
        exif[0x010E] = "Vera Example"
        raw = encoded(drawing(), pnginfo=notes, exif=exif, dpi=(300, 300), icc_profile=wide_profile())
        ready = prepare(raw, label=LABEL)
        assert set(png_chunks(ready.original)) == {b"IHDR", b"iTXt", b"IDAT", b"IEND"}
        assert png_chunks(ready.original).count(b"iTXt") == 1
        assert all(b"Vera" not in data for data in (ready.original, *ready.thumbnails.values()))

    @pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
    def test_a_photo_loses_exif_xmp_and_profile(self, kind):
        exif = Image.Exif()
        exif[0x010E] = "Vera Example"
        raw = encoded(drawing(), kind, exif=exif.tobytes(), xmp=b"<x>Vera Example</x>", icc_profile=wide_profile())
        assert raw.count(b"Vera") >= 2
        ready = prepare(raw, label=LABEL)
        assert set(png_chunks(ready.original)) == {b"IHDR", b"iTXt", b"IDAT", b"IEND"}
        assert b"Vera" not in ready.original
        for data in ready.thumbnails.values():
            assert set(webp_chunks(data)) == {b"VP8X", b"VP8 ", b"XMP "}
            assert b"Vera" not in data

    def test_a_web_page_behind_a_picture_is_left_behind(self):
        ready = prepare(encoded(drawing()) + PAYLOAD, label=LABEL)
        assert b"<script" not in ready.original
        assert ready.original.endswith(b"IEND\xaeB`\x82")

    def test_a_web_page_inside_a_text_chunk_is_left_behind(self):
        notes = PngImagePlugin.PngInfo()
        notes.add_text("Comment", PAYLOAD.decode())
        assert b"<script" not in prepare(encoded(drawing(), pnginfo=notes), label=LABEL).original


class TestTheLabel:
    @pytest.mark.parametrize("source", [AI_MADE, SKETCH_MADE])
    def test_the_original_and_every_thumbnail_say_how_they_were_made(self, source):
        ready = prepare(encoded(drawing(1000, 600)), label=Label(source, "In plain words", "Engine"))
        assert [read_label(data) for data in (ready.original, *ready.thumbnails.values())] == [source] * 3
        said = described(ready.original)
        assert (said["DigitalSourceType"], said["li"], said["CreatorTool"]) == (source, "In plain words", "Engine")
        assert all(b"In plain words" in data for data in (ready.original, *ready.thumbnails.values()))

    def test_odd_characters_leave_the_packet_well_formed(self):
        label = Label(AI_MADE, "Сделано ИИ ]]> \x00\x0b\ud800", 'A "tool" & <more>')
        said = described(prepare(encoded(drawing()), label=label).original)
        assert (said["CreatorTool"], said["li"]) == ('A "tool" & <more>', "Сделано ИИ ]]> ")

    @pytest.mark.parametrize(
        "said",
        [
            f'<rdf:Description Iptc4xmpExt:DigitalSourceType="{AI_MADE}"/>',
            f'<Iptc4xmpExt:DigitalSourceType rdf:resource="{AI_MADE}"/>',
            f"<Iptc4xmpExt:DigitalSourceType>\n {AI_MADE}\n</Iptc4xmpExt:DigitalSourceType>",
        ],
    )
    @pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
    def test_the_ways_in_which_other_tools_write_it_are_read(self, said, kind):
        assert read_label(encoded(drawing(), kind, xmp=said.encode())) == AI_MADE

    @pytest.mark.parametrize("data", [b"", b"text", encoded(drawing()), encoded(drawing(), "JPEG", xmp=b"<x/>"), PAYLOAD])
    def test_what_says_nothing_has_no_label(self, data):
        assert read_label(data) is None


class TestWhatIsNoPicture:
    @pytest.mark.parametrize(
        ("raw", "code"),
        [
            (b"", "empty"),
            (b"a few words", "not_an_image"),
            (PAYLOAD, "not_an_image"),
            (b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "not_an_image"),
            (encoded(drawing(), "GIF"), "not_an_image"),
            (encoded(drawing(), "BMP"), "not_an_image"),
            (encoded(drawing(), "TIFF"), "not_an_image"),
            (b"\x89PNG\r\n\x1a\n" + PAYLOAD, "not_an_image"),
            (b"\xff\xd8\xff\xe0" + PAYLOAD, "not_an_image"),
            (b"RIFF\x10\0\0\0WEBPVP8 " + PAYLOAD, "not_an_image"),
            (PAYLOAD + encoded(drawing()), "not_an_image"),
        ],
        ids=[
            "nothing",
            "text",
            "html",
            "svg",
            "gif",
            "bmp",
            "tiff",
            "html as png",
            "html as jpeg",
            "html as webp",
            "png after html",
        ],
    )
    def test_other_files_are_refused(self, raw, code):
        assert refusal(raw) == code

    @pytest.mark.parametrize("kind", ["PNG", "JPEG"])
    @pytest.mark.parametrize("part", [0.5, 0.9])
    def test_a_cut_picture_is_refused_as_cut(self, kind, part):
        noise = Image.frombytes("RGB", (200, 200), random.Random(2).randbytes(120_000))
        raw = encoded(noise, kind)
        assert refusal(raw[: int(len(raw) * part)]) == "truncated"

    def test_a_cut_webp_is_refused(self):
        raw = encoded(Image.frombytes("RGB", (200, 200), random.Random(2).randbytes(120_000)), "WEBP")
        assert refusal(raw[: len(raw) // 2]) in {"truncated", "not_an_image"}

    def test_a_heavy_file_is_refused_unopened(self):
        raw = encoded(drawing())
        assert refusal(raw, max_bytes=len(raw) - 1) == "too_many_bytes"
        assert prepare(raw, label=LABEL, max_bytes=len(raw)).width == 64

    @pytest.mark.parametrize("kind", ["PNG", "WEBP"])
    def test_a_moving_picture_is_refused(self, kind):
        raw = encoded(drawing(), kind, save_all=True, append_images=[drawing(colour=(0, 0, 0))], duration=100)
        assert refusal(raw) == "animated"

    def test_a_jpeg_of_very_many_passes_is_refused(self):
        raw = encoded(drawing(), "JPEG", progressive=True)
        last_pass = raw[raw.rindex(b"\xff\xda") : -2]
        assert prepare(raw, label=LABEL).width == 64
        assert refusal(raw[:-2] + last_pass * 200 + raw[-2:]) == "too_complex"


class TestBombs:
    @pytest.mark.parametrize("side", [9000, 13000])
    def test_a_small_file_of_very_many_pixels_is_refused_at_its_header(self, side):
        raw = png_bomb(side)
        assert len(raw) < 1_000_000
        started = time.process_time()
        assert refusal(raw) == "too_many_pixels"
        assert time.process_time() - started < 0.2

    @pytest.mark.parametrize(("width", "height"), [(16000, 16000), (13000, 13000), (4097, 2049), (8193, 2)])
    def test_a_webp_that_announces_a_huge_canvas_is_refused_at_its_header(self, width, height):
        assert refusal(webp_header(width, height)) == "too_many_pixels"

    def test_the_biggest_picture_that_models_draw_is_still_taken(self):
        assert prepare(encoded(Image.new("RGB", (3840, 2160))), label=LABEL).width == 3840

    def test_a_strip_that_is_too_long_is_refused(self):
        assert refusal(encoded(Image.new("RGB", (pictures.MAX_SIDE + 1, 1)))) == "too_many_pixels"

    @pytest.mark.parametrize("side", [9000, 13000])
    def test_a_bomb_costs_less_than_a_hundred_megabytes(self, tmp_path, side):
        (tmp_path / "bomb.png").write_bytes(png_bomb(side))
        script = f"""
import resource
from gallery.pictures import *
raw = open({str(tmp_path / "bomb.png")!r}, "rb").read()
prepare_once = lambda data: prepare(data, label=Label(AI_MADE, "", ""))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    prepare_once(raw)
except BadPicture as error:
    print(error.code, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
        answer = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=True)
        code, megabytes = answer.stdout.split()
        assert code == "too_many_pixels"
        assert int(megabytes) < 100


class TestWhateverTheBytesAre:
    def test_no_other_error_ever_escapes(self):
        dice = random.Random(20)
        seeds = [encoded(drawing(), kind) for kind in ("PNG", "JPEG", "WEBP")]
        seeds += [encoded(drawing(), "JPEG", progressive=True, exif=Image.Exif()), encoded(drawing().convert("P"))]
        seeds += [encoded(drawing(), "WEBP", lossless=True), encoded(drawing().convert("RGBA"), icc_profile=wide_profile())]
        outcomes = set()
        for turn in range(1500):
            raw = bytearray(dice.choice(seeds)) if turn % 5 else bytearray(dice.randbytes(dice.randrange(300)))
            for _ in range(dice.randrange(1, 12)):
                if raw:
                    raw[dice.randrange(len(raw))] = dice.randrange(256)
            if turn % 3 == 0:
                del raw[dice.randrange(len(raw) + 1) :]
            try:
                prepare(bytes(raw), label=LABEL)
                outcomes.add("kept")
            except BadPicture as error:
                outcomes.add(error.code)
            read_label(bytes(raw))
        assert {"kept", "not_an_image", "truncated"} <= outcomes
