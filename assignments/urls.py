from django.urls import path, re_path

from .views import assignments, care, classrooms, final, grading, hand_in, home, limits, line, sign_in, studio, tray

app_name = "assignments"
urlpatterns = [
    path("welcome/<str:token>/", sign_in.welcome, name="welcome"),
    path("checklist/hide/", home.hide_checklist, name="checklist-hide"),
    # Children in need
    path("care/", care.care, name="care"),
    path("help/", care.care_help, name="care-help"),
    # Classes
    path("classes/new/", classrooms.classroom_create, name="classroom-create"),
    path("classes/tray/", tray.tray, name="tray"),
    path("classes/tray/<int:pk>/decide/", tray.decide, name="tray-decide"),
    path("classes/tray/<int:pk>/reopen/", tray.reopen, name="tray-reopen"),
    path("classes/<int:pk>/", classrooms.classroom_detail, name="classroom-detail"),
    path("classes/<int:pk>/poster/", classrooms.classroom_poster, name="classroom-poster"),
    path("classes/<int:pk>/door/", classrooms.classroom_door, name="classroom-door"),
    path("classes/<int:pk>/limits/", limits.classroom_limits, name="classroom-limits"),
    path("classes/<int:pk>/line/", line.classroom_line, name="classroom-line"),
    path("classes/<int:pk>/line/rule/", line.line_rule, name="line-rule"),
    path("classes/<int:pk>/line/front/", line.line_front, name="line-front"),
    re_path(
        r"^students/(?P<pk>\d+)/(?P<action>unlock|reset-pin|let-in|remove)/$", classrooms.enrollment_act, name="enrollment-act"
    ),
    # Assignments, as the teacher sees them
    path("classes/<int:classroom_pk>/assignments/new/", assignments.assignment_create, name="assignment-create"),
    path("assignments/<uuid:public_id>/", assignments.assignment_detail, name="assignment-detail"),
    path("assignments/<uuid:public_id>/edit/", assignments.assignment_edit, name="assignment-edit"),
    path("assignments/<uuid:public_id>/words/", tray.word_list, name="word-list"),
    path("assignments/<uuid:public_id>/words/remove/", tray.word_remove, name="word-remove"),
    path("assignments/<uuid:public_id>/cost/", limits.assignment_cost, name="assignment-cost"),
    path("assignments/<uuid:public_id>/release/", assignments.grades_release, name="grades-release"),
    path("assignments/<uuid:public_id>/grades.csv", assignments.grades_export, name="grades-export"),
    path("assignments/<uuid:public_id>/try/", assignments.trial_begin, name="trial-begin"),
    path("trial/end/", assignments.trial_end, name="trial-end"),
    path("work/<uuid:public_id>/grade/", grading.grading, name="grading"),
    path("work/<uuid:public_id>/decide/", grading.decide, name="picture-decide"),
    path("work/<uuid:public_id>/show/", grading.show_to_class, name="show-to-class"),
    # Assignments, as the student works on them
    path("studio/<uuid:public_id>/", studio.studio, name="studio"),
    path("studio/<uuid:public_id>/ask/", studio.ask, name="studio-ask"),
    path("studio/<uuid:public_id>/appeal/", tray.appeal, name="studio-appeal"),
    path("studio/<uuid:public_id>/preview/", studio.preview, name="studio-preview"),
    path("studio/<uuid:public_id>/choose/", studio.choose, name="studio-choose"),
    path("studio/<uuid:public_id>/final/", final.finish, name="studio-final"),
    path("studio/<uuid:public_id>/cancel/", studio.cancel, name="studio-cancel"),
    path("studio/<uuid:public_id>/hand-in/", hand_in.hand_in, name="hand-in"),
    path("studio/<uuid:public_id>/result/", hand_in.result, name="result"),
    path("studio/<uuid:public_id>/gallery/", hand_in.class_gallery, name="class-gallery"),
    path("poll/<str:token>/", studio.poll, name="poll"),
]
