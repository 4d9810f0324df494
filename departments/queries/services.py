"""A department's services, and the municipality's qualifications."""

from django.db.models import QuerySet

from departments.models import Department, Qualification, Service


def services_of(department: Department) -> QuerySet[Service]:
    """Bookable services first, each with its qualifications."""
    return department.services.prefetch_related("qualifications").order_by("-is_active", "name")


def all_qualifications() -> QuerySet[Qualification]:
    return Qualification.objects.all()
