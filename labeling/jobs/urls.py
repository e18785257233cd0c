"""Addresses of the jobs pages."""

from django.urls import path

from labeling.jobs.views import (
    batch_list,
    batches,
    changes,
    home,
    job_page,
    jobs,
    labeling,
    my_work,
    people,
    review_queue,
    saved_views,
    search,
    verbs,
)

app_name = "jobs"

urlpatterns = [
    path("", home.start, name="start"),
    path("teams/<int:team_id>/", home.home, name="home"),
    path("teams/<int:team_id>/my-work/", my_work.my_work, name="my-work"),
    path("teams/<int:team_id>/take-next/", my_work.take_next, name="take-next"),
    path("teams/<int:team_id>/batches/", batch_list.BatchList.as_view(), name="batch-list"),
    path("teams/<int:team_id>/batches/new/", batches.batch_form, name="batch-new"),
    path("datasets/<int:pk>/batch-preview/", batches.preview, name="batch-preview"),
    path("batches/<int:pk>/", batches.batch, name="batch"),
    path("batches/<int:pk>/progress/", batches.batch_progress, name="batch-progress"),
    path("batches/<int:pk>/<slug:verb>/", verbs.batch_verb, name="batch-verb"),
    path("search/", search.search, name="search"),
    path("teams/<int:team_id>/jobs/", jobs.JobList.as_view(), name="job-list"),
    path("teams/<int:team_id>/jobs/change/", changes.change_jobs, name="change-jobs"),
    path("teams/<int:team_id>/people/", people.PeoplePage.as_view(), name="people"),
    path("people/<int:pk>/reassign/", people.reassign, name="reassign"),
    path("teams/<int:team_id>/review/", review_queue.ReviewQueue.as_view(), name="review-queue"),
    path("teams/<int:team_id>/save-view/", saved_views.save_view, name="save-view"),
    path("views/<int:pk>/<slug:verb>/", saved_views.view_verb, name="view-verb"),
    path("job-changes/<int:pk>/", changes.change, name="change"),
    path("job-changes/<int:pk>/undo/", changes.undo_change, name="undo-change"),
    path("jobs/<int:pk>/", job_page.job, name="job"),
    path("jobs/<int:pk>/comments/", job_page.comments, name="comments"),
    path("jobs/<int:pk>/history/", job_page.history, name="history"),
    path("jobs/<int:pk>/statistics/", job_page.statistics, name="statistics"),
    path("jobs/<int:pk>/figures/", job_page.figures, name="figures"),
    path("jobs/<int:pk>/live/", job_page.live, name="live"),
    path("jobs/<int:pk>/live-items/", job_page.live_items, name="live-items"),
    path("jobs/<int:pk>/live-comments/", job_page.live_comments, name="live-comments"),
    path("jobs/<int:pk>/label/", labeling.label, name="label"),
    path("jobs/<int:pk>/review/", labeling.review, name="review"),
    path("jobs/<int:pk>/<slug:verb>/", verbs.job_verb, name="job-verb"),
    path("job-items/<int:pk>/<slug:verb>/", verbs.item_verb, name="item-verb"),
    path("comments/<int:pk>/<slug:verb>/", verbs.comment_verb, name="comment-verb"),
]
