"""Who struggles comes first."""

from lms_core.progress import CourseProgress, need_of_help


def test_low_scores_come_first_and_who_has_none_after_all_others() -> None:
    behind, ahead = CourseProgress(lessons=4, completed=1), CourseProgress(lessons=4, completed=3)
    weak, strong = CourseProgress(lessons=4, completed=4, score=0), CourseProgress(lessons=4, score=100)
    assert sorted([ahead, strong, behind, weak], key=need_of_help) == [weak, strong, behind, ahead]
