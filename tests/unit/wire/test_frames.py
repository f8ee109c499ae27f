"""Frames: there and back, and nothing a stranger sends is believed or harms."""

from __future__ import annotations

import io
import json
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from medai_desktop.errors import ReplyError
from medai_desktop.wire import Frame, read_reply, read_request, write_reply, write_request
from medai_desktop.wire.frames import DATATYPES, MAX_HEADER_BYTES, MAX_TENSOR_BYTES

PREFIX = struct.Struct("<4sIQ")
BOXES = np.arange(12, dtype=np.float32).reshape(2, 6)


def sent(frame: Frame) -> bytes:
    pipe = io.BytesIO()
    write_reply(pipe, frame)
    return pipe.getvalue()


def raw(header: Any, data: bytes = b"", *, magic: bytes = b"MDW1") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return PREFIX.pack(magic, len(text), len(data)) + text + data


def header_of(frame: Frame) -> dict[str, Any]:
    block = sent(frame)
    _, size, _ = PREFIX.unpack(block[: PREFIX.size])
    found: dict[str, Any] = json.loads(block[PREFIX.size : PREFIX.size + size])
    return found


def plain_header(**others: Any) -> dict[str, Any]:
    return {"kind": "result", "id": "1", "parameters": {}, "outputs": [], **others}


def tensor(**others: Any) -> dict[str, Any]:
    size = {"binary_data_size": 4}
    return {"name": "x", "shape": [4], "datatype": "UINT8", "parameters": size, **others}


def same(one: Frame, other: Frame) -> bool:
    return (
        (one.kind, one.id, dict(one.parameters)) == (other.kind, other.id, dict(other.parameters))
        and list(one.tensors) == list(other.tensors)
        and all(
            one.tensors[name].dtype == other.tensors[name].dtype
            and one.tensors[name].shape == other.tensors[name].shape
            and one.tensors[name].tobytes() == other.tensors[name].tobytes()
            for name in one.tensors
        )
    )


SCALARS = st.one_of(
    st.text(max_size=20),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)
ARRAYS = st.sampled_from(sorted(DATATYPES)).flatmap(
    lambda name: hnp.arrays(DATATYPES[name], hnp.array_shapes(min_dims=0, max_dims=4, min_side=0))
)
FRAMES = st.builds(
    Frame,
    st.text(max_size=10).filter(lambda kind: kind != "error"),
    st.dictionaries(st.text(max_size=8), SCALARS, max_size=4),
    st.dictionaries(st.text(max_size=8), ARRAYS, max_size=3),
    st.text(max_size=8),
)


@settings(max_examples=150, deadline=None)
@given(FRAMES, st.booleans())
def test_what_is_sent_arrives(frame: Frame, is_request: bool) -> None:
    pipe = io.BytesIO()
    (write_request if is_request else write_reply)(pipe, frame)
    pipe.seek(0)
    back = (read_request if is_request else read_reply)(pipe)
    assert back is not None
    assert same(back, frame)
    assert pipe.read() == b""


def test_another_value_arrives_as_another() -> None:
    other = Frame("result", {}, {"boxes": BOXES + 1}, "1")
    back = read_reply(io.BytesIO(sent(other)))
    assert back is not None
    assert not same(back, Frame("result", {}, {"boxes": BOXES}, "1"))


def test_several_frames_follow_each_other() -> None:
    pipe = io.BytesIO(sent(Frame("a")) + sent(Frame("b", {}, {"x": BOXES})) + sent(Frame("c")))
    kinds = []
    while (frame := read_reply(pipe)) is not None:
        kinds.append(frame.kind)
    assert kinds == ["a", "b", "c"]


def test_names_are_those_of_the_open_inference_protocol() -> None:
    header = header_of(Frame("result", {"device": "cpu"}, {"boxes": BOXES}, "7"))
    assert header == {
        "kind": "result",
        "id": "7",
        "parameters": {"device": "cpu"},
        "outputs": [
            {
                "name": "boxes",
                "shape": [2, 6],
                "datatype": "FP32",
                "parameters": {"binary_data_size": 48},
            }
        ],
    }
    pipe = io.BytesIO()
    write_request(pipe, Frame("detect", {}, {"x": BOXES}, "8"))
    assert b'"inputs"' in pipe.getvalue()
    assert b'"outputs"' not in pipe.getvalue()


def test_a_failure_is_the_protocols_error() -> None:
    frame = Frame("error", {"reason": "no room", "code": 3}, id="2")
    assert header_of(frame)["error"] == "no room"
    assert header_of(frame)["parameters"] == {"code": 3}
    back = read_reply(io.BytesIO(sent(frame)))
    assert back is not None
    assert back.is_error
    assert back.text("reason") == "no room"
    assert not Frame("result").is_error


def test_bytes_are_little_endian_and_rows_come_first() -> None:
    block = sent(Frame("x", {}, {"n": np.array([[1, 2], [3, 4]], ">i2")}))
    assert block.endswith(b"\1\0\2\0\3\0\4\0")
    turned = sent(Frame("x", {}, {"n": np.array([[1, 2], [3, 4]], np.int16).T}))
    assert turned.endswith(b"\1\0\3\0\2\0\4\0")


def test_a_request_is_no_reply() -> None:
    pipe = io.BytesIO()
    write_request(pipe, Frame("detect", {}, {}, "1"))
    pipe.seek(0)
    with pytest.raises(ReplyError):
        read_reply(pipe)


def test_a_closed_pipe_between_frames_is_an_end() -> None:
    assert read_reply(io.BytesIO(b"")) is None


WRONG: dict[str, bytes] = {
    "other magic": raw(plain_header(), magic=b"MDW2"),
    "no json": raw(b"{"),
    "no object": raw(b"[]"),
    "not utf-8": raw(b'{"kind": "\xff"}'),
    "deep": raw(b"[" * 50_000),
    "nan": raw(b'{"kind": "a", "id": "", "parameters": {"x": NaN}, "outputs": []}'),
    "infinity": raw(b'{"kind": "a", "id": "", "parameters": {"x": -Infinity}, "outputs": []}'),
    "many digits": raw(b'{"kind": "a", "id": "", "parameters": {"x": ' + b"9" * 5000 + b"}}"),
    "no kind": raw({"id": "", "parameters": {}, "outputs": []}),
    "no id": raw({"kind": "a", "parameters": {}, "outputs": []}),
    "no parameters": raw({"kind": "a", "id": "", "outputs": []}),
    "no outputs": raw({"kind": "a", "id": "", "parameters": {}}),
    "null parameter": raw(plain_header(parameters={"x": None})),
    "list parameter": raw(plain_header(parameters={"x": [1]})),
    "error without reason": raw(plain_header(kind="error")),
    "reason without error": raw(plain_header(error="no")),
    "reason no text": raw(plain_header(kind="error", error=7)),
    "too many tensors": raw(plain_header(outputs=[tensor(name=str(n)) for n in range(17)])),
    "tensor no object": raw(plain_header(outputs=[7])),
    "tensor twice": raw(plain_header(outputs=[tensor(), tensor()]), b"12345678"),
    "nameless": raw(plain_header(outputs=[tensor(name=None)]), b"1234"),
    "objects": raw(plain_header(outputs=[tensor(datatype="BYTES")]), b"1234"),
    "pickle": raw(plain_header(outputs=[tensor(datatype="O")]), b"1234"),
    "negative length": raw(plain_header(outputs=[tensor(shape=[-4])]), b"1234"),
    "fraction of a length": raw(plain_header(outputs=[tensor(shape=[4.0])]), b"1234"),
    "true length": raw(plain_header(outputs=[tensor(shape=[True, 4])]), b"1234"),
    "huge length": raw(plain_header(outputs=[tensor(shape=[10**30])]), b"1234"),
    "huge and empty": raw(plain_header(outputs=[tensor(shape=[0, 10**30])])),
    "many axes": raw(plain_header(outputs=[tensor(shape=[1] * 70)]), b"1"),
    "lying size": raw(plain_header(outputs=[tensor(parameters={"binary_data_size": 5})]), b"1234"),
    "no size": raw(plain_header(outputs=[tensor(parameters={})]), b"1234"),
    "too little data": raw(plain_header(outputs=[tensor()]), b"123"),
    "too much data": raw(plain_header(outputs=[tensor()]), b"12345"),
    "no truth values": raw(plain_header(outputs=[tensor(datatype="BOOL")]), b"\0\1\2\1"),
    "huge header": PREFIX.pack(b"MDW1", MAX_HEADER_BYTES + 1, 0),
    "huge tensors": PREFIX.pack(b"MDW1", 2, MAX_TENSOR_BYTES + 1) + b"{}",
}


@pytest.mark.parametrize("block", WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_right_is_refused(block: bytes) -> None:
    with pytest.raises(ReplyError) as caught:
        read_reply(io.BytesIO(block))
    assert caught.value.message.id == "wire.nonsense"


def test_the_right_ones_beside_them_pass() -> None:
    block = raw(plain_header(outputs=[tensor(shape=[2, 2])]), b"1234")
    found = read_reply(io.BytesIO(block))
    assert found is not None
    assert found.tensors["x"].tolist() == [[49, 50], [51, 52]]
    truth = read_reply(
        io.BytesIO(raw(plain_header(outputs=[tensor(datatype="BOOL")]), b"\0\1\1\0"))
    )
    assert truth is not None
    assert truth.tensors["x"].tolist() == [False, True, True, False]


@settings(max_examples=100, deadline=None)
@given(FRAMES, st.data())
def test_a_cut_frame_is_refused(frame: Frame, data: st.DataObject) -> None:
    block = sent(frame)
    length = data.draw(st.integers(1, len(block) - 1))
    with pytest.raises(ReplyError):
        read_reply(io.BytesIO(block[:length]))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_bytes_are_a_frame_or_refused(data: st.DataObject) -> None:
    block = bytearray(sent(Frame("result", {"device": "cpu", "n": 2.5}, {"boxes": BOXES}, "1")))
    for _ in range(data.draw(st.integers(1, 6))):
        block[data.draw(st.integers(0, len(block) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read_reply(io.BytesIO(bytes(block)))
    except ReplyError:
        return
    assert isinstance(found, Frame)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_refused(noise: bytes) -> None:
    if noise:
        with pytest.raises(ReplyError):
            read_reply(io.BytesIO(noise))


def test_parameters_of_the_expected_kind_only() -> None:
    frame = Frame("x", {"t": "a", "n": 2, "yes": True, "huge": 10**400})
    assert frame.text("t") == "a"
    assert frame.number("n") == 2.0
    for read, name in [
        (frame.text, "n"),
        (frame.text, "none"),
        (frame.number, "t"),
        (frame.number, "yes"),
        (frame.number, "huge"),
        (frame.number, "none"),
    ]:
        with pytest.raises(ReplyError):
            read(name)


def test_tensors_of_the_expected_kind_only() -> None:
    frame = Frame("x", {}, {"boxes": BOXES})
    assert frame.tensor("boxes", np.float32, 2) is BOXES
    for name, kind, axes in [
        ("boxes", np.float64, 2),
        ("boxes", np.float32, 1),
        ("others", np.float32, 2),
    ]:
        with pytest.raises(ReplyError):
            frame.tensor(name, kind, axes)


@pytest.mark.parametrize(
    "frame",
    [
        Frame("x", {"n": float("nan")}),
        Frame("x", {}, {"o": np.array([object()])}),
        Frame("x", {}, {"t": np.array(["text"])}),
        Frame("x", {}, {str(n): BOXES for n in range(17)}),
        Frame("x", {"t": "a" * MAX_HEADER_BYTES}),
    ],
    ids=["nan", "objects", "texts", "many", "long"],
)
def test_what_has_no_form_is_not_sent(frame: Frame) -> None:
    pipe = io.BytesIO()
    with pytest.raises(ValueError):  # noqa: PT011 - json and our own check say it differently
        write_reply(pipe, frame)
    assert pipe.getvalue() == b""
