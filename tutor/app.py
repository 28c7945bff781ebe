"""The composition root: the only place that knows every part, chooses the engines and starts it all."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from audio.pool import OnJob
from lms_core.plans import Plan
from storage.database import Database
from storage.first_run import Welcome, first_run
from storage.media import MediaStore
from storage.media_parts import MediaParts
from storage.stores import Stores
from storage.writer import SessionWriter
from tutor import health, logs, panel, transports
from tutor.access_tokens import AccessTokens
from tutor.api import (
    access,
    archives,
    attempts,
    audit,
    auth,
    billing,
    bookmarks,
    companions,
    course_media,
    courses,
    documentation,
    events,
    exercises,
    feedback,
    gamification,
    goals,
    invitations,
    jobs,
    learning,
    lessons,
    live,
    me,
    media,
    notifications,
    oidc,
    people,
    people_access,
    plan_use,
    plans,
    previews,
    quizzes,
    recordings,
    rendered,
    resets,
    search,
    sessions,
    settings,
    sign_in,
    system,
    taught,
)
from tutor.api.errors import errors
from tutor.api.once import Once
from tutor.api.rates import Attempts
from tutor.api.routing import Route, bind
from tutor.archives.courses import CourseArchives
from tutor.auth import Authenticator
from tutor.billing import Stripe, StripeAccount
from tutor.checkup import Checkup
from tutor.clients import Clients
from tutor.coding import Coding
from tutor.condition import Load
from tutor.deliveries import Deliveries
from tutor.engines import Chosen, make_engines, started
from tutor.errors import SettingsError
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
from tutor.oidc import OpenIdLogin, Provider
from tutor.panel.markdown import markdown
from tutor.passwords import Passwords
from tutor.patience import IDLE_SECONDS, Patience
from tutor.previews import Previews
from tutor.recordings.keeper import Recordings
from tutor.resets import Resets
from tutor.retention import Retention
from tutor.sandbox import Sandbox
from tutor.settings import Settings
from tutor.signing_in import SigningIn
from tutor.speech_load import SpeechLoad
from tutor.supervising import Supervising, TeacherCalls
from tutor.timing import timed
from tutor.updates import LiveUpdates

_MOST_BODY = 1 << 20
_NO_WAIT = 0.1  # seconds
_BACKLOG = 512  # a school's bell rings for all classes at once
_log = structlog.get_logger(__name__)


def stripe_account(settings: Settings) -> StripeAccount:
    prices = {Plan.CORE: settings.stripe_price_core, Plan.PRO: settings.stripe_price_pro}
    return StripeAccount(
        settings.stripe_secret_key.get_secret_value(), settings.stripe_webhook_secret.get_secret_value(),
        {plan: price for plan, price in prices.items() if price}, settings.stripe_api_base,
    )  # fmt: skip


class Server:
    """Everything that runs, made from the settings and the chosen engines. `run` returns when it was asked to stop."""

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
        self.access = AccessTokens(self.database)
        self.media_links = MediaLinks(self.database)
        media_parts = MediaParts(self.database, self.media)
        self.files = OpenFiles(media_parts, self.stores.jobs, self.media_links)
        self.named_files = NamedFiles(self.media, self.files)
        self.archives = CourseArchives(self.stores.whole_courses, self.media, settings.data_dir / "archives")
        self.auth = Authenticator(self.stores.accounts, settings.origins, self.access)
        self.passwords = Passwords()
        self.attempts = Attempts()
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
        self.retention = Retention(self.stores.audit, lambda: self.live_settings.now.audit_days)
        self.checkup = Checkup(
            settings=settings,
            chosen=chosen,
            database=self.database,
            metrics=self.metrics,
            load=self._speech_load,
        )
        self._watch()

    async def run(self, on_ready: Callable[[str, Welcome], None]) -> None:
        """Serve until SIGTERM or SIGINT; `on_ready` gets the address and what to show once."""
        # First, and outside of the task group: a port that is taken is said at once and in a sentence.
        with contextlib.closing(_bind(self.settings.host, self.settings.port)) as bound:
            await self._run(bound, on_ready)

    async def _run(self, bound: socket.socket, on_ready: Callable[[str, Welcome], None]) -> None:
        await self.database.migrate()
        await self.stores.search.fill()
        welcome = await first_run(self.stores.accounts, self.stores.companions, self.settings.data_dir)
        parts = (self.writer, self.resets, self.recordings, self.checkup, self.live_settings, self.retention)
        working = [asyncio.create_task(part.run()) for part in parts]
        self.address = self.settings.address_at(bound.getsockname()[1])
        try:
            async with started(self.engines), self.jobs.running(), asyncio.TaskGroup() as group:
                ready = asyncio.Event()
                group.create_task(self.live.run(ready.set))
                group.create_task(self.updates.run())
                delivering = group.create_task(self.deliveries.run())
                await ready.wait()
                patience = Patience()
                runner = web.AppRunner(
                    self.web_app(patience.middleware), access_log=None, handle_signals=False, shutdown_timeout=3,
                    keepalive_timeout=IDLE_SECONDS,
                )  # fmt: skip
                await runner.setup()
                assert runner.server is not None
                serving = await asyncio.get_running_loop().create_server(
                    patience.watched(runner.server), sock=bound, backlog=_BACKLOG
                )
                _log.info("server.ready", address=self.address, database=self.database.name)
                on_ready(self.address, welcome)
                await self._until_signal()
                await asyncio.gather(
                    self.live.drain(self.live_settings.now.drain_seconds), self.jobs.aclose()
                )
                self.updates.close()
                serving.close()
                delivering.cancel()
                await runner.cleanup()
        finally:
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)
            self.passwords.close()
            self.recordings.close()
            await self.database.aclose()
            _log.info("server.stopped")

    def web_app(self, *first: Middleware) -> web.Application:
        """`first`: middlewares that see all requests before the others."""
        app = web.Application(
            middlewares=[*first, timed(self.metrics.request), errors], client_max_size=_MOST_BODY
        )
        clients = Clients(
            https=self.settings.public_url.startswith("https://"), trusted=self.settings.trusted_proxies
        )
        app.add_routes(bind(self.declared(), self.auth, clients, Once(self.stores.answered)))
        app.add_routes(documentation.pages(self.declared()))
        app.add_routes(sign_in.routes(self.auth, clients))
        app.add_routes(self._provider_pages(clients))
        app.add_routes(
            panel.routes(
                panel.Behind(
                    self.stores,
                    self.named_files,
                    self.previews,
                    self.checkup,
                    self.recordings,
                    self.live_settings,
                    self.stripe.sold,
                    self.supervising,
                ),
                self.auth,
                self._doors,
            )
        )
        app.add_routes(
            transports.routes(
                self.live,
                self.supervising,
                self.auth.request,
                self.auth.token,
                self.auth,
                frozenset(self.settings.origins),
            )
        )
        app.add_routes(
            health.routes(self.database, self.settings.data_dir, lambda: self.live.draining, self.metrics)
        )
        return app

    def _provider_pages(self, clients: Clients) -> list[web.RouteDef]:
        """Logging in through an OpenID provider, where there is one."""
        settings = self.settings
        if not settings.oidc_issuer:
            return []
        provider = Provider(
            settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret.get_secret_value()
        )
        return oidc.routes(
            OpenIdLogin(provider, self.database), self.stores.identities, self.auth, clients,
            lambda: self.address, adds=settings.oidc_sign_up,
        )  # fmt: skip

    def declared(self) -> list[Route]:
        """Every route of the REST API."""
        return [
            *auth.routes(self.signing_in, self.attempts),
            *invitations.routes(self.signing_in, self.stores.invitations),
            *resets.routes(self.resets, self.attempts),
            *access.routes(self.stores.accounts, self.auth),
            *companions.routes(self.stores.companions, self.previews.check_voice),
            *previews.routes(self.previews, self.stores.companions),
            *bookmarks.routes(self.stores.bookmarks),
            *courses.routes(self.stores.courses),
            *lessons.routes(self.stores.lessons),
            *learning.routes(self.stores.enrollments, self.stores.progress),
            *feedback.routes(self.stores.feedback),
            *archives.routes(self.archives),
            *rendered.routes(
                self.stores.courses,
                self.stores.sessions,
                self.stores.lessons,
                self.stores.companions,
                self.named_files,
                markdown,
            ),
            *course_media.routes(self.stores.courses, self.stores.lessons, self.named_files),
            *search.routes(self.stores.search),
            *sessions.routes(self.stores.sessions, self.stores.recordings, self.stores.audit),
            *recordings.routes(self.recordings, self.stores.recordings),
            *taught.routes(self.stores.sessions),
            *live.routes(self.supervising),
            *quizzes.routes(self.stores.quizzes),
            *exercises.routes(self.stores.exercises, Coding(Sandbox())),
            *attempts.routes(self.stores.attempts),
            *people.routes(self.stores.people, self.stores.accounts, self.leaving),
            *audit.routes(self.stores.audit),
            *people_access.routes(self.stores, self.auth),
            *me.routes(self.stores.people, self.stores.personal, self.stores.accounts, self.leaving),
            *gamification.routes(self.stores.gamification, self.stores.preferences),
            *goals.routes(self.stores.goals),
            *notifications.routes(self.stores.notifications),
            *plans.routes(self.stores.plans),
            *plan_use.routes(self.stores.plan_use),
            *media.routes(self.media, self.media_links, self.files, self.stores.courses, self.jobs.wake),
            *jobs.routes(self.stores.jobs, self.jobs),
            *events.routes(self.updates),
            *settings.routes(self.live_settings),
            *system.routes(self.checkup),
            *billing.routes(self.stripe, self.stores.billing, lambda: self.address),
        ]

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

    def _doors(self) -> panel.Doors:
        return panel.Doors(
            self.live_settings.now.sign_up,
            letters=self.resets.by_letter,
            openid=bool(self.settings.oidc_issuer),
        )

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

    async def _until_signal(self) -> None:
        """The first SIGTERM or SIGINT asks to stop; a second one ends the process at once."""
        asked = asyncio.Event()

        def stop() -> None:
            if asked.is_set():
                _log.warning("server.stopped_at_once", sessions=self.live.count)
                os._exit(1)
            asked.set()

        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
        await asked.wait()
        _log.info("server.draining", sessions=self.live.count)


def _bind(host: str, port: int) -> socket.socket:
    """The port is ours from here on; it accepts nobody before the engines are loaded. Raises SettingsError."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # do not wait for links of the last run
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise SettingsError(
            f"Cannot listen on {host}:{port}: {error.strerror}. "
            "Choose another with --host and --port; port 0 is a free one."
        ) from error
    return bound


def write_ready_file(path: Path, address: str, welcome: Welcome) -> None:
    """For supervisors and tests: written whole, readable by the owner only."""
    data = {
        "url": address,
        "sign_in_url": f"{address}/sign-in?token={welcome.sign_in_token}",
        "api_key": welcome.api_key,
    }
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(data, file)
    part.replace(path)
