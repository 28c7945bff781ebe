"""Runs learners' programs where they can do no harm: bubblewrap's namespaces, a seccomp filter, resource limits."""

from tutor.sandbox.bubblewrap import Sandbox

__all__ = ["Sandbox"]
