"""Recorded speech into a page's microphone, when the test says so: however slow the machine is, nothing comes too early."""

import base64
import wave
from pathlib import Path

from playwright.async_api import BrowserContext, Page

from tests.speech import read_wav

# The page opens its microphone as ever; the recordings are mixed into what it hears.
_MICROPHONE = """
const opened = AudioContext.prototype.createMediaStreamSource;
AudioContext.prototype.createMediaStreamSource = function (stream) {
  const heard = this.createGain();
  opened.call(this, stream).connect(heard);
  window.sayRecorded = bytes => new Promise(done => {
    const samples = new Int16Array(Uint8Array.from(atob(bytes), letter => letter.charCodeAt(0)).buffer);
    const buffer = this.createBuffer(1, samples.length, 16000);
    buffer.copyToChannel(Float32Array.from(samples, sample => sample / 32768), 0);
    const source = new AudioBufferSourceNode(this, {buffer});
    source.connect(heard);
    source.onended = done;
    source.start();
  });
  return heard;
};
"""


def silence(path: Path) -> Path:
    """A file for a browser's microphone, to be played in a loop."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(32_000))
    return path


async def can_say(context: BrowserContext) -> None:
    """To be called before its pages are opened."""
    await context.add_init_script(_MICROPHONE)


async def say(page: Page, name: str, when: str = "true") -> None:
    """Speak a recording when the script `when` holds in the page; answers when all of it is said."""
    await page.wait_for_function("() => window.sayRecorded")
    await page.evaluate(
        f"""async bytes => {{
            while (!({when})) await new Promise(done => setTimeout(done, 20));
            await window.sayRecorded(bytes);
        }}""",
        base64.b64encode(read_wav(name).tobytes()).decode(),
    )
