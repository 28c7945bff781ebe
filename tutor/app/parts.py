"""All parts of the server, made from its settings and engines and put together."""

import time
from collections.abc import Iterator

from audio.pool import OnJob
from lms_core.plans import Plan
from storage.database import Database
from storage.media import MediaStore
from storage.media_parts import MediaParts
from storage.secrets import SigningKeys
from storage.stores import Stores
from storage.writer import SessionWriter
from tutor import logs
from tutor.access_tokens import AccessTokens
from tutor.archives.courses import CourseArchives
from tutor.archives.outgoing import Outgoing
from tutor.auth import Authenticator
from tutor.billing import Stripe, StripeAccount
from tutor.checkup import Checkup
from tutor.condition import Load
from tutor.deliveries import Deliveries
from tutor.engines import Chosen, make_engines
from tutor.jobs.captions import CaptionJobs
from tutor.jobs.jobs import Jobs
from tutor.jobs.media import MediaJobs
from tutor.jobs.work import Kind
from tutor.journal import DatabaseJournal
from tutor.leaving import Leaving
from tutor.live import LiveSessions
from tutor.live_settings import LiveSettings
from tutor.mail import Mail, smtp_server
from tutor.media_links import MediaLinks, NamedFiles, OpenFiles
from tutor.metrics import Metrics
from tutor.passwords import Passwords
from tutor.previews import Previews
from tutor.recordings.keeper import Recordings
from tutor.resets import Resets
from tutor.retention import Retention
from tutor.settings import Settings
from tutor.signing_in import SigningIn
from tutor.speech_load import SpeechLoad
from tutor.supervising import Supervising, TeacherCalls
from tutor.updates import LiveUpdates

_NO_WAIT = 0.1  # seconds


def stripe_account(settings: Settings) -> StripeAccount:
    prices = {Plan.CORE: settings.stripe_price_core, Plan.PRO: settings.stripe_price_pro}
    return StripeAccount(
        settings.stripe_secret_key.get_secret_value(), settings.stripe_webhook_secret.get_secret_value(),
        {plan: price for plan, price in prices.items() if price}, settings.stripe_api_base,
    )  # fmt: skip


class Parts:
    """What runs, what answers and what is stored; `run` of each is for `tutor.app.server`."""

    def __init__(self, settings: Settings, chosen: Chosen) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.load = SpeechLoad(settings.max_speech_wait)
        self.engines = make_engines(settings, chosen, self._jobs)
        settings.make_data_dir()
        self.database = Database(settings.database, self.metrics.query)
        self.stores = Stores(self.database)
        self.writer = SessionWriter(self.database)
        self.media = MediaStore(
            self.database,
            settings.media_dir or settings.data_dir / "media",
            largest=settings.max_upload_mb << 20,
        )
        self.keys = SigningKeys(self.database, settings.secret_key.get_secret_value())
        self.access = AccessTokens(self.keys)
        self.media_links = MediaLinks(self.keys)
        media_parts = MediaParts(self.database, self.media)
        self.files = OpenFiles(media_parts, self.stores.jobs, self.media_links)
        self.named_files = NamedFiles(self.media, self.files)
        outgoing = Outgoing(self.media, media_parts, self.stores.jobs)
        self.archives = CourseArchives(
            self.stores.whole_courses, self.media, outgoing, settings.data_dir / "archives"
        )
        self.auth = Authenticator(self.stores.accounts, settings.origins, self.access)
        self.passwords = Passwords()
        self.address = settings.address
        smtp = settings.smtp_url.get_secret_value()
        self.mail = mail = Mail(smtp_server(smtp), settings.sender) if smtp else None
        self.resets = Resets(
            store=self.stores.sign_ins, accounts=self.stores.accounts, auth=self.auth, passwords=self.passwords,
            mail=mail, address=lambda: self.address,
        )  # fmt: skip
        self.signing_in = SigningIn(
            store=self.stores.sign_ins, accounts=self.stores.accounts, auth=self.auth, access=self.access,
            passwords=self.passwords, resets=self.resets, sign_up=settings.sign_up,
        )  # fmt: skip
        self.deliveries = Deliveries(self.stores.notifications, mail)
        self.recordings = Recordings(
            store=self.stores.recordings, folder=settings.recordings_folder, possible=settings.recordings,
            keep_days=settings.recording_days,
        )  # fmt: skip
        self.live = LiveSessions(
            engines=self.engines, companions=self.stores.companions, sessions=self.stores.sessions, accounts=self.stores.accounts,
            journal=DatabaseJournal(self.writer), minutes=self.stores.minutes, metrics=self.metrics, load=self.load,
            recordings=self.recordings, calls=TeacherCalls(self.stores.supervision), most=settings.max_sessions,
            grace_seconds=settings.grace_seconds,
            record_to=settings.data_dir / "events" if settings.record_events else None, ear_hints=settings.ear_hints,
        )  # fmt: skip
        self.jobs = Jobs(
            self.stores.jobs,
            self._kinds(media_parts),
            self.metrics.job,
            url=settings.database,
            data_dir=settings.data_dir,
        )
        self.supervising = Supervising(self.live.running, self.stores.supervision, self.stores.accounts)
        self.updates = LiveUpdates(self.stores.updates)
        self.database.on_publish = self.updates.wake
        self.previews = Previews(self.engines.mind, self.engines.mouth, self.load)
        self.stripe = Stripe(stripe_account(settings))
        self.leaving = Leaving(
            personal=self.stores.personal, billing=self.stores.billing, stripe=self.stripe,
            live=self.live, auth=self.auth, recordings=self.recordings, events=settings.data_dir / "events",
        )  # fmt: skip
        self.live_settings = LiveSettings(settings, self.stores.settings, self._apply)
        self.retention = Retention(
            self.stores.audit, self.stores.sessions, lambda: self.live_settings.now.audit_days
        )
        self.checkup = Checkup(
            settings=settings,
            chosen=chosen,
            database=self.database,
            metrics=self.metrics,
            load=self._speech_load,
        )
        self._watch()

    def _apply(self, now: Settings) -> None:
        """What admins changed holds from here on, in this process."""
        self.signing_in.open_to = now.sign_up
        self.media.largest = now.max_upload_mb << 20
        if self.mail is not None:
            self.mail.sender = now.sender
        self.load.most = now.max_speech_wait
        live = self.live
        live.most, live.grace_seconds, live.ear_hints = now.max_sessions, now.grace_seconds, now.ear_hints
        live.record_to = now.data_dir / "events" if now.record_events else None
        self.recordings.possible, self.recordings.keep_days = now.recordings, now.recording_days
        logs.set_level(now.log_level)

    def _speech_load(self) -> Load:
        return Load(
            sessions=self.live.count, most_sessions=self.live.most, workers=self.settings.engine_workers,
            wait_seconds=self.load.mean_wait(time.monotonic()), most_wait_seconds=self.load.most,
            draining=self.live.draining,
        )  # fmt: skip

    def _kinds(self, media_parts: MediaParts) -> Iterator[Kind]:
        """Of background jobs."""
        settings, ears = self.settings, self.engines.ears
        captions = settings.captions == "on" or (
            settings.captions == "auto" and ears.name.startswith("whisper")
        )
        yield MediaJobs(self.media, media_parts, self.stores.jobs, captions=captions).kind
        yield CaptionJobs(self.media, media_parts, ears, self._ears_are_needed).kind

    def _ears_are_needed(self) -> bool:
        """For talks: every session shall find a worker free, whenever somebody speaks."""
        waits = self.load.mean_wait(time.monotonic())
        return self.live.count >= self.settings.engine_workers or waits > _NO_WAIT

    def _jobs(self, part: str) -> OnJob:
        """For the metrics, and for the decision whether there is room for one more session."""
        measured = self.metrics.jobs(part)

        def on_job(waited: float, worked: float | None) -> None:
            measured(waited, worked)
            self.load.waited(part, time.monotonic(), waited)

        return on_job

    def _watch(self) -> None:
        self.metrics.watch(
            "viva_speech_load_seconds",
            "Mean recent wait for a speech worker",
            lambda: self.load.mean_wait(time.monotonic()),
        )
        silero = self.engines.silero
        self.metrics.watch("viva_silero_batches", "Silero runs", lambda: silero.batches)
        self.metrics.watch("viva_silero_windows", "Windows judged by Silero", lambda: silero.windows)
        self.metrics.watch(
            "viva_silero_dropped", "Windows dropped because Silero fell behind", lambda: silero.dropped
        )
        self.metrics.watch(
            "viva_recordings", "Sessions that are being recorded now", lambda: self.recordings.count
        )
        self.metrics.watch("viva_update_streams", "Open streams of live updates", lambda: self.updates.count)
        self.metrics.watch("viva_silero_failures", "Runs of Silero that failed", lambda: silero.failures)
        self.metrics.watch("viva_commits", "Transactions of the session writer", lambda: self.writer.commits)
