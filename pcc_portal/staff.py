from django.contrib.admin.apps import AdminConfig


class StaffPagesConfig(AdminConfig):
    """Puts our admin site in the place of Django's own."""

    default = False
    default_site = "pcc_portal.admin_site.PortalAdminSite"
