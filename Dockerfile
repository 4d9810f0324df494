# The production image: web server, worker, beat and one-off commands alike.

FROM python:3.13-slim AS dependencies
COPY requirements/production.txt /tmp/
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: \
        -r /tmp/production.txt

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home serviceshop
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY --from=dependencies /opt/venv /opt/venv
COPY manage.py pyproject.toml LICENSE ./
COPY database database
COPY accounts accounts
COPY departments departments
COPY booking booking
COPY workflow workflow
COPY serviceshop serviceshop
COPY locale locale
COPY static static
COPY templates templates
# Settings want a key and URLs; collecting files uses none of them.
RUN SECRET_KEY=unused-unused-unused-unused-unused-unused-unused-unused \
        DATABASE_URL=postgresql://unused REDIS_URL=redis://unused \
        python manage.py collectstatic --no-input \
    && PYTHONDONTWRITEBYTECODE= python -m compileall -q . \
    # The volume of static files is empty at first, and gets the owner of this folder.
    && mkdir /srv/static && chown serviceshop /srv/static
USER serviceshop
EXPOSE 8000
CMD ["gunicorn", "serviceshop.wsgi", "--config", "python:serviceshop.gunicorn", "--bind", "0.0.0.0:8000"]
