#!/usr/bin/python3
"""A camera that is not ours: GStreamer's RTSP server on loopback, with digest.

Takes one JSON object as its argument, prints {"port": n} as its first line when it listens, and ends when its
standard input closes, so that it never outlives the test that started it.
"""
import json
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

VIDEO = {
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast bitrate=800 key-int-max={gop} ! "
    "video/x-h264,profile=main ! rtph264pay name=pay0 pt=96 config-interval={interval}",
    "h264-b-frames": "x264enc speed-preset=veryfast bitrate=800 key-int-max={gop} bframes=2 b-adapt=false "
    "rc-lookahead=0 sync-lookahead=0 sliced-threads=true ! "
    "video/x-h264,profile=main ! rtph264pay name=pay0 pt=96 config-interval={interval}",
    "h265": "x265enc tune=zerolatency speed-preset=ultrafast bitrate=800 key-int-max={gop} ! "
    "video/x-h265 ! rtph265pay name=pay0 pt=96 config-interval={interval}",
}
AUDIO = {
    "aac": "audio/x-raw,rate=48000,channels=2 ! avenc_aac ! aacparse ! rtpmp4gpay name=pay1 pt=97",
    "pcma": "audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay name=pay1 pt=8",
    "opus": "audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay name=pay1 pt=98",
    "pcmu": "audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay name=pay1 pt=0",
}


def launch_line(options):
    """The pipeline behind the address. It runs at the speed of the clock, like a camera."""
    fps, width, height = options["fps"], options["width"], options["height"]
    video = VIDEO[options["video"]].format(gop=options["gop"], interval=options["configInterval"])
    line = (
        "videotestsrc is-live=true pattern=ball ! "
        f"video/x-raw,format=I420,width={width},height={height},framerate={fps}/1 ! {video}"
    )
    if options["audio"]:
        line += f" audiotestsrc is-live=true wave=sine freq=440 ! audioconvert ! {AUDIO[options['audio']]}"
    return f"( {line} )"


def with_digest(server, factory, user, password):
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.add_digest(user, password, token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("viewer", "media.factory.access", True)
    permissions.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(permissions)


def main():
    options = json.loads(sys.argv[1])
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(options["port"]))
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(launch_line(options))
    factory.set_shared(True)
    factory.set_latency(0)
    protocols = GstRtsp.RTSPLowerTrans.UDP if options["transport"] == "udp" else GstRtsp.RTSPLowerTrans.TCP
    factory.set_protocols(protocols)
    if options["password"]:
        with_digest(server, factory, options["user"], options["password"])
    server.get_mount_points().add_factory("/stream", factory)
    if not server.attach(None):
        sys.exit("cannot listen")
    loop = GLib.MainLoop()
    GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_HUP | GLib.IO_IN, lambda *_: loop.quit())
    print(json.dumps({"port": server.get_bound_port()}), flush=True)
    loop.run()


main()
