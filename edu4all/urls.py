from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from assignments.views import account, home, sign_in

from . import styleguide

handler400 = "edu4all.errors.bad_request"
urlpatterns = [
    path("", home.home, name="home"),
    path("admin/", admin.site.urls),
    path("account/language/", account.language, name="set_language"),
    path("account/theme/", account.theme, name="account-theme"),
    path("login/", sign_in.sign_in, name="login"),
    path("logout/", account.sign_out, name="logout"),
    path("", include("gallery.urls")),
    path("", include("assignments.urls")),
]
if settings.DEBUG:
    urlpatterns.append(path("styleguide/", styleguide.page))
