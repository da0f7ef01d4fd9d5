from django.core.management import call_command
from django.utils.module_loading import import_string
from django_q.models import Schedule


def test_schedule_jobs_twice_plans_each_job_once(db):
    call_command("schedule_jobs")
    runs = list(Schedule.objects.values_list("next_run", flat=True))
    call_command("schedule_jobs")

    planned = Schedule.objects.order_by("pk").values_list(
        "func", "schedule_type", "minutes", "repeats"
    )
    assert list(planned) == [
        ("releases.jobs.release_due_now", Schedule.MINUTES, 1, -1),
        ("releases.jobs.catch_up_now", Schedule.MINUTES, 1, -1),
        ("releases.jobs.send_deliveries", Schedule.MINUTES, 1, -1),
        ("workshops.jobs.pass_places_on", Schedule.MINUTES, 1, -1),
        ("workshops.jobs.end_of_those_who_left", Schedule.MINUTES, 1, -1),
        ("workshops.jobs.tell_changes_now", Schedule.MINUTES, 1, -1),
        ("workshops.jobs.send_waiting_now", Schedule.MINUTES, 1, -1),
        ("workshops.jobs.remind_now", Schedule.MINUTES, 1, -1),
        ("workshops.jobs.draw_lots", Schedule.MINUTES, 1, -1),
        ("infolog.jobs.start_the_day", Schedule.DAILY, None, -1),
        ("pcc_portal.retention.apply_now", Schedule.DAILY, None, -1),
    ]
    assert list(Schedule.objects.values_list("next_run", flat=True)) == runs


def test_schedule_jobs_plans_only_what_can_be_called(db):
    call_command("schedule_jobs")

    for schedule in Schedule.objects.all():
        assert callable(import_string(schedule.func))
