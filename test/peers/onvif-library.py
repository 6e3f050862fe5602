#!/usr/bin/python3
"""Debian's libonvif, the library behind onvif-util, as a client of one camera.

onvif-util itself finds cameras by multicast only and turns off its own loopback, so it never sees a camera on
the machine that it runs on. The library is told the address instead. Arguments: device service URL, user name,
password. Prints one JSON object; each call is 0 when it worked.
"""
import ctypes
import json
import sys
import time
from ctypes import c_bool, c_char, c_float, c_int, c_long


def text(size=128):
    return c_char * size


class Camera(ctypes.Structure):
    """The library's record of one camera as of version 1.4.4, in the order of its memory."""

    _fields_ = [
        ("video_encoder_token", text()),
        ("resolutions", text() * 16),
        ("video_ranges", c_int * 6),
        ("width", c_int),
        ("height", c_int),
        ("video_rates", c_int * 3),
        ("video_encoder_name", text()),
        ("use_count", c_int),
        ("quality", c_float),
        ("h264_profile", text()),
        ("multicast", text() * 2),
        ("multicast_numbers", c_int * 2),
        ("autostart", c_bool),
        ("session_time_out", text()),
        ("guaranteed_frame_rate", c_bool),
        ("encoding", text()),
        ("configured", c_int * 5),
        ("network_names", text() * 2),
        ("dhcp", c_bool),
        ("network_addresses", text() * 3),
        ("prefix_length", c_int),
        ("video_source_token", text()),
        ("image_ranges", c_int * 8),
        ("brightness", c_int),
        ("image_rest", c_int * 3),
        ("device_service", text(1024)),
        ("media_service", text(1024)),
        ("imaging_service", text(1024)),
        ("ptz_service", text(1024)),
        ("event_service", text(1024)),
        ("subscription", text()),
        ("event_port", c_int),
        ("address", text(1024)),
        ("profile_token", text()),
        ("user", text()),
        ("password", text()),
        ("time_offset", c_long),
        ("stream_uri", text(1024)),
        ("camera_name", text(1024)),
        ("serial_number", text()),
        ("host_name", text(1024)),
        ("last_error", text(1024)),
        # What follows is not looked at; room for it and to spare.
        ("rest", text(4096)),
    ]


def main():
    address, user, password = (argument.encode() for argument in sys.argv[1:4])
    library = ctypes.CDLL("libonvif.so.1")
    camera = Camera()
    camera.address = address
    camera.user = user
    camera.password = password
    service = ctypes.create_string_buffer(address, 1024)
    library.extractOnvifService(service, c_bool(True))
    camera.device_service = service.value
    calls = {}
    profile = {"getProfileToken": (c_int(0),)}
    for name in (
        "getTimeOffset",
        "getCapabilities",
        "getDeviceInformation",
        "getHostname",
        "getProfileToken",
        "getStreamUri",
        "getProfile",
        "getImagingSettings",
        "getNetworkInterfaces",
    ):
        # Two calls in one millisecond would carry one token, which a camera takes for a replay.
        time.sleep(0.005)
        calls[name] = getattr(library, name)(ctypes.byref(camera), *profile.get(name, ()))
    said = ("profile_token", "stream_uri", "serial_number", "host_name", "last_error", "encoding")
    print(
        json.dumps(
            {
                "calls": calls,
                "timeOffset": camera.time_offset,
                "brightness": camera.brightness,
                "size": [camera.width, camera.height],
                **{name: getattr(camera, name).decode(errors="replace") for name in said},
            }
        )
    )


main()
