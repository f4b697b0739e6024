"""The interface in Python's ctypes, written by hand from the C headers, and a host made of it."""

import ctypes as c
import mmap
import struct
from pathlib import Path

OK, ERR_NOT_FOUND, ERR_CANCELLED, ERR_FULL = 0, -4, -7, -10
MAGIC, MAJOR, MINOR = 0x504D5243, 1, 1
EVENT_MESSAGE, EVENT_DELIVERY = 1, 2
MESSAGE_MANUAL, STATE_COMPLETED, CHANNEL_ALIMTALK, DELIVERY_DELIVERED = 2, 3, 1, 7


class Str(c.Structure):
    _fields_ = [("data", c.c_void_p), ("size", c.c_uint64)]

    @property
    def text(self):
        return c.string_at(self.data, self.size).decode("utf-8") if self.size else ""


def as_str(text, keep):
    """A Str over the UTF-8 of `text`; the bytes live as long as the list `keep`."""
    data = text.encode("utf-8")
    buffer = c.create_string_buffer(data, len(data) + 1)
    keep.append(buffer)
    return Str(c.addressof(buffer), len(data))


HOST, PLUGIN, WRITER = c.c_void_p, c.c_void_p, c.c_void_p
LOG = c.CFUNCTYPE(None, HOST, c.c_int32, Str)
NOW_US = c.CFUNCTYPE(c.c_int64, HOST)
HOST_EXTENSION = c.CFUNCTYPE(c.c_void_p, HOST, c.c_char_p)
START = c.CFUNCTYPE(c.c_int32, PLUGIN)
STOP = c.CFUNCTYPE(None, PLUGIN)
PLUGIN_EXTENSION = c.CFUNCTYPE(c.c_void_p, PLUGIN, c.c_char_p)
CREATE = c.CFUNCTYPE(c.c_int32, HOST, c.POINTER(c.c_void_p))
WRITE = c.CFUNCTYPE(c.c_int64, WRITER, c.c_void_p, c.c_uint64)
CANCELLED = c.CFUNCTYPE(c.c_int32, WRITER)
CONFIG_GET = c.CFUNCTYPE(c.c_int32, HOST, Str, c.c_char_p, c.c_void_p, c.c_uint64, c.POINTER(c.c_uint64))
METRIC = c.CFUNCTYPE(None, HOST, c.c_char_p, c.c_int64)


class Host(c.Structure):
    _fields_ = [("size", c.c_uint32), ("abi_major", c.c_uint32), ("abi_minor", c.c_uint32), ("reserved0", c.c_uint32),
                ("context", c.c_void_p), ("log", LOG), ("now_us", NOW_US), ("explain", LOG), ("extension", HOST_EXTENSION)]


class Plugin(c.Structure):
    _fields_ = [("size", c.c_uint32), ("reserved0", c.c_uint32), ("context", c.c_void_p), ("start", START), ("stop", STOP),
                ("destroy", STOP), ("extension", PLUGIN_EXTENSION)]


class Descriptor(c.Structure):
    _fields_ = [("size", c.c_uint32), ("magic", c.c_uint32), ("abi_major", c.c_uint32), ("abi_minor", c.c_uint32), ("id", Str),
                ("name", Str), ("version", Str), ("create", CREATE)]


class Writer(c.Structure):
    _fields_ = [("size", c.c_uint32), ("reserved0", c.c_uint32), ("context", c.c_void_p), ("write", WRITE),
                ("cancelled", CANCELLED)]


class Paths(c.Structure):
    _fields_ = [("size", c.c_uint32), ("reserved0", c.c_uint32), ("data_dir", c.c_void_p)]


class Config(c.Structure):
    _fields_ = [("size", c.c_uint32), ("reserved0", c.c_uint32), ("get", CONFIG_GET)]


class Metrics(c.Structure):
    _fields_ = [("size", c.c_uint32), ("reserved0", c.c_uint32), ("add", METRIC), ("observe_us", METRIC)]


class Event(c.Structure):
    _fields_ = [("size", c.c_uint32), ("kind", c.c_uint32), ("flags", c.c_uint32), ("reserved0", c.c_uint32),
                ("seq", c.c_uint64), ("at_us", c.c_int64)]


class EventMessage(c.Structure):
    _fields_ = [("head", Event), ("message_id", Str), ("name", Str), ("message_kind", c.c_uint32), ("channel", c.c_uint32),
                ("state", c.c_uint32), ("reserved0", c.c_uint32), ("scheduled_at_us", c.c_int64), ("audience", c.c_int64)]


class EventDelivery(c.Structure):
    _fields_ = [("head", Event), ("message_id", Str), ("delivery_id", Str), ("member_id", Str), ("provider", Str),
                ("code", Str), ("detail", Str), ("fallback_of", Str), ("currency", Str), ("cost_minor", c.c_int64),
                ("channel", c.c_uint32), ("status", c.c_uint32)]


class EventBatch(c.Structure):
    _fields_ = [("size", c.c_uint32), ("reserved0", c.c_uint32), ("tenant", Str), ("source", Str),
                ("events", c.POINTER(c.POINTER(Event))), ("count", c.c_uint64)]


class EventAck(c.Structure):
    _fields_ = [("size", c.c_uint32), ("reserved0", c.c_uint32), ("durable_seq", c.c_uint64), ("accepted", c.c_uint64),
                ("duplicates", c.c_uint64), ("rejected", c.c_uint64), ("skipped", c.c_uint64), ("rejections", c.c_void_p),
                ("rejections_capacity", c.c_uint64), ("rejections_count", c.c_uint64)]


class ExtEvents(c.Structure):
    _fields_ = [("size", c.c_uint32), ("reserved0", c.c_uint32),
                ("on_batch", c.CFUNCTYPE(c.c_int32, PLUGIN, c.POINTER(EventBatch), c.POINTER(EventAck))),
                ("position", c.CFUNCTYPE(c.c_int32, PLUGIN, Str, Str, c.POINTER(c.c_uint64))),
                ("digest", c.CFUNCTYPE(c.c_int32, PLUGIN, Str, c.POINTER(c.c_uint8))),
                ("refused", c.CFUNCTYPE(c.c_int32, PLUGIN, Str, Str, c.c_uint64, c.POINTER(c.c_uint64), c.c_uint64,
                                        c.POINTER(c.c_uint64)))]


class Localized(c.Structure):
    _fields_ = [("locale", Str), ("text", Str)]


class MenuEntry(c.Structure):
    _fields_ = [("size", c.c_uint32), ("order", c.c_int32), ("view_id", Str), ("icon", Str), ("permission", Str),
                ("titles", c.POINTER(Localized)), ("title_count", c.c_uint64)]


class ViewRequest(c.Structure):
    _fields_ = [("size", c.c_uint32), ("reserved0", c.c_uint32), ("tenant", Str), ("actor", Str), ("locale", Str),
                ("time_zone", Str), ("view_id", Str), ("permissions", c.POINTER(Str)), ("permission_count", c.c_uint64),
                ("params", c.c_void_p), ("param_count", c.c_uint64)]


class ExtAdminViews(c.Structure):
    _fields_ = [("size", c.c_uint32), ("reserved0", c.c_uint32),
                ("menu", c.CFUNCTYPE(c.c_int32, PLUGIN, c.POINTER(c.POINTER(c.POINTER(MenuEntry))), c.POINTER(c.c_uint64))),
                ("render", c.CFUNCTYPE(c.c_int32, PLUGIN, c.POINTER(ViewRequest), c.POINTER(Writer)))]


# The C name of every structure above.
STRUCTURES = {
    "crm_str": Str, "crm_host": Host, "crm_plugin": Plugin, "crm_plugin_descriptor": Descriptor, "crm_writer": Writer,
    "crm_ext_paths": Paths, "crm_ext_config": Config, "crm_ext_metrics": Metrics, "crm_event": Event,
    "crm_event_message": EventMessage, "crm_event_delivery": EventDelivery, "crm_event_batch": EventBatch,
    "crm_event_ack": EventAck, "crm_ext_events": ExtEvents, "crm_localized": Localized, "crm_menu_entry": MenuEntry,
    "crm_view_request": ViewRequest, "crm_ext_admin_views": ExtAdminViews,
}


def sized(structure, **fields):
    """A structure with its size filled in."""
    return structure(size=c.sizeof(structure), **fields)


class StrGetter:
    """A C function that returns one crm_str: ctypes' callbacks cannot return a structure, so it is machine code (x86-64)."""

    def __init__(self, value):
        code = b"\x48\xb8" + struct.pack("<Q", value.data) + b"\x48\xba" + struct.pack("<Q", value.size) + b"\xc3"
        self.memory = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        self.memory.write(code)
        self.address = c.addressof(c.c_char.from_buffer(self.memory))


class PythonHost:
    """A host that offers paths, config and metrics; what the plugin logs and explains is kept."""

    CONFIG = {b"time_zone": b"Asia/Seoul", b"currency": b"KRW"}

    def __init__(self, data_dir):
        self.keep, self.logged, self.explained = [], [], []
        self.getter = StrGetter(as_str(str(data_dir), self.keep))
        self.extensions = {
            b"crm.paths/1": sized(Paths, data_dir=self.getter.address),
            b"crm.config/1": sized(Config, get=CONFIG_GET(self.config)),
            b"crm.metrics/1": sized(Metrics, add=METRIC(lambda *_: None), observe_us=METRIC(lambda *_: None)),
        }
        self.raw = sized(Host, abi_major=MAJOR, abi_minor=MINOR,
                         log=LOG(lambda _, level, text: self.logged.append((level, text.text))),
                         now_us=NOW_US(lambda _: 1_750_000_000_000_000),
                         explain=LOG(lambda _, status, text: self.explained.append((status, text.text))),
                         extension=HOST_EXTENSION(self.extension))

    def extension(self, _, name):
        table = self.extensions.get(name)
        return c.addressof(table) if table else None

    def config(self, _host, _tenant, key, buffer, capacity, size):
        value = self.CONFIG.get(key)
        if value is None:
            return ERR_NOT_FOUND
        size[0] = len(value)
        if len(value) > capacity:
            return ERR_FULL
        c.memmove(buffer, value, len(value))
        return OK


class LoadedPlugin:
    """A plugin's library and one running instance of it, until close()."""

    def __init__(self, path, host):
        self.host = host
        library = c.CDLL(str(Path(path).absolute()))
        library.crm_plugin_query.restype = c.POINTER(Descriptor)
        self.descriptor = library.crm_plugin_query().contents
        self.pointer = c.c_void_p()
        self.check("create", self.descriptor.create(c.addressof(host.raw), c.byref(self.pointer)))
        self.plugin = c.cast(self.pointer, c.POINTER(Plugin)).contents
        self.check("start", self.plugin.start(self.pointer))
        self.events = self.table(b"crm.events/1", ExtEvents)
        self.views = self.table(b"crm.admin_views/1", ExtAdminViews)

    def close(self):
        self.plugin.stop(self.pointer)
        self.plugin.destroy(self.pointer)

    def table(self, name, structure):
        address = self.plugin.extension(self.pointer, name)
        return structure.from_address(address) if address else None

    def check(self, function, status):
        if status != OK:
            raise AssertionError(f"{function} answered {status}: {self.host.explained[-1:]}")

    def on_batch(self, tenant, source, events):
        """Sends structures that begin with an Event; gives the ack."""
        keep = []
        pointers = (c.POINTER(Event) * len(events))(*[c.cast(c.pointer(event), c.POINTER(Event)) for event in events])
        batch = sized(EventBatch, tenant=as_str(tenant, keep), source=as_str(source, keep), events=pointers,
                      count=len(events))
        ack = sized(EventAck)
        self.check("on_batch", self.events.on_batch(self.pointer, c.byref(batch), c.byref(ack)))
        return ack

    def position(self, tenant, source):
        keep, seq = [], c.c_uint64()
        self.check("position", self.events.position(self.pointer, as_str(tenant, keep), as_str(source, keep), c.byref(seq)))
        return seq.value

    def digest(self, tenant):
        keep, sha256 = [], (c.c_uint8 * 32)()
        self.check("digest", self.events.digest(self.pointer, as_str(tenant, keep), sha256))
        return bytes(sha256).hex()

    def menu(self):
        """The view ids of the menu, in order."""
        entries, count = c.POINTER(c.POINTER(MenuEntry))(), c.c_uint64()
        self.check("menu", self.views.menu(self.pointer, c.byref(entries), c.byref(count)))
        return [entries[i].contents.view_id.text for i in range(count.value)]

    def render(self, tenant, view_id, bytes_a_write=None, permissions=("history.view",)):
        """(status, bytes) of one view through a writer that takes at most so many bytes at once."""
        keep, written = [], bytearray()

        def write(_, data, size):
            taken = min(size, bytes_a_write or size)
            written.extend(c.string_at(data, taken))
            return taken

        granted = (Str * len(permissions))(*[as_str(name, keep) for name in permissions])
        request = sized(ViewRequest, tenant=as_str(tenant, keep), actor=as_str("tester", keep), locale=as_str("ko", keep),
                        time_zone=as_str("Asia/Seoul", keep), view_id=as_str(view_id, keep), permissions=granted,
                        permission_count=len(permissions))
        writer = sized(Writer, write=WRITE(write))
        status = self.views.render(self.pointer, c.byref(request), c.byref(writer))
        return status, bytes(written)


def message(seq, message_id, keep):
    head = Event(c.sizeof(EventMessage), EVENT_MESSAGE, 0, 0, seq, 1_740_000_000_000_000 + seq)
    text = as_str(message_id, keep)
    return EventMessage(head, text, text, MESSAGE_MANUAL, CHANNEL_ALIMTALK, STATE_COMPLETED, 0, 0, 0)


def delivery(seq, message_id, member_id, keep):
    head = Event(c.sizeof(EventDelivery), EVENT_DELIVERY, 0, 0, seq, 1_740_000_000_000_000 + seq)
    return EventDelivery(head=head, message_id=as_str(message_id, keep), delivery_id=as_str(f"d-{seq}", keep),
                         member_id=as_str(member_id, keep), provider=as_str("kakao", keep), channel=CHANNEL_ALIMTALK,
                         status=DELIVERY_DELIVERED)
