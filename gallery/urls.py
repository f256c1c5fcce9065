from django.urls import path

from . import views

app_name = "gallery"
urlpatterns = [
    path("pictures/<uuid:public_id>/<str:size>/", views.picture_file, name="picture-file"),
]
