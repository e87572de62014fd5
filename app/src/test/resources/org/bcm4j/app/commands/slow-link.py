"""A link between two tun devices that delivers each packet after a delay.

slow-link.py SECONDS DEVICE DEVICE: makes the devices, prints "ready", and runs until it is killed.
"""

import collections
import fcntl
import os
import select
import struct
import sys
import time

SET_DEVICE = 0x400454CA  # TUNSETIFF
TUN_WITHOUT_HEADER = 0x0001 | 0x1000  # IFF_TUN | IFF_NO_PI
LARGEST_PACKET = 65536


def tun(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, SET_DEVICE, struct.pack("16sH", name.encode(), TUN_WITHOUT_HEADER))
    return device


delay = float(sys.argv[1])
first, second = tun(sys.argv[2]), tun(sys.argv[3])
other = {first: second, second: first}
on_the_way = collections.deque()  # (when due, to, packet), in the order of their times
print("ready", flush=True)
while True:
    wait = max(0.0, on_the_way[0][0] - time.monotonic()) if on_the_way else None
    for device in select.select([first, second], [], [], wait)[0]:
        on_the_way.append((time.monotonic() + delay, other[device], os.read(device, LARGEST_PACKET)))
    while on_the_way and on_the_way[0][0] <= time.monotonic():
        _, device, packet = on_the_way.popleft()
        try:
            os.write(device, packet)
        except OSError:
            pass  # A device that is down loses packets, as a wire does.
