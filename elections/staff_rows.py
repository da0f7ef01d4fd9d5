"""What the database itself refuses about staff, whatever the way in. Put back after migrations."""

from django.db import connections

from pcc_portal.triggers import put_trigger

from .models import ImpartialityDeclaration, User
from .models.user import NOT_STAFF, OFFICE_HOLDER

USERS = User._meta.db_table
ROLES = User.groups.through._meta.db_table
RIGHTS = User.user_permissions.through._meta.db_table
DECLARATIONS = ImpartialityDeclaration._meta.db_table
DECLARED = "A declaration of impartiality is kept as it was made."

OF_ROLE = f"FROM {USERS} u WHERE u.id = NEW.user_id"
HAS_ROLE = f"EXISTS (SELECT 1 FROM {ROLES} r WHERE r.user_id = NEW.id)"
HAS_RIGHT = f"EXISTS (SELECT 1 FROM {RIGHTS} r WHERE r.user_id = NEW.id)"
# A change of the same person that is under way is waited for: the next statement sees it.
WAIT = f"PERFORM 1 {OF_ROLE} FOR SHARE;"
# (name, table, events, condition, sentence, SQL that PostgreSQL runs first)
RULES = (
    ("role_holder", ROLES, ("INSERT", "UPDATE"),
     f"EXISTS (SELECT 1 {OF_ROLE} AND u.is_office_holder)", OFFICE_HOLDER, WAIT),
    # Rights are given by role; one given to a person, from a shell, is a staff right all the same.
    ("right_holder", RIGHTS, ("INSERT", "UPDATE"),
     f"EXISTS (SELECT 1 {OF_ROLE} AND u.is_office_holder)", OFFICE_HOLDER, WAIT),
    ("role_staff", ROLES, ("INSERT", "UPDATE"),
     f"EXISTS (SELECT 1 {OF_ROLE} AND NOT u.is_staff AND NOT u.is_office_holder)", NOT_STAFF, WAIT),
    ("user_holder", USERS, ("UPDATE",),
     f"NEW.is_office_holder AND ({HAS_ROLE} OR {HAS_RIGHT})", OFFICE_HOLDER, ""),
    ("user_staff", USERS, ("UPDATE",),
     f"NOT NEW.is_staff AND NOT NEW.is_office_holder AND {HAS_ROLE}", NOT_STAFF, ""),
    ("declared", DECLARATIONS, ("UPDATE", "DELETE"), "", DECLARED, ""),
)  # fmt: skip


def forbid_what_staff_may_not_be(using: str) -> None:
    """No role without being staff, none for an office holder; declarations stay. Safe to repeat."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    for name, table, events, condition, sentence, wait in RULES:
        for event in events if table in tables else ():
            put_trigger(
                connection,
                f"{name}_{event.lower()}_{table}",
                timing="BEFORE",
                event=event,
                table=table,
                condition=condition,
                wait=wait,
                sqlite=f"SELECT RAISE(ABORT, '{sentence}');",
                postgresql=f"RAISE EXCEPTION '{sentence}' "
                "USING ERRCODE = 'integrity_constraint_violation';",
            )
