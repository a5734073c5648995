"""The vault's tables, the same on SQLite and PostgreSQL."""

from typing import Final

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS kids (
    kid BYTEA PRIMARY KEY, uid BYTEA NOT NULL, algorithm TEXT NOT NULL, log_id BYTEA NOT NULL, next_n BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('new', 'live', 'ended')), live_ver BIGINT, live_key BYTEA);
CREATE INDEX IF NOT EXISTS kids_of_uid ON kids (uid);
CREATE TABLE IF NOT EXISTS versions (
    kid BYTEA NOT NULL REFERENCES kids, ver BIGINT NOT NULL, authorization_key BYTEA NOT NULL,
    record_sha256 BYTEA NOT NULL, body BYTEA NOT NULL, request_sha256 BYTEA NOT NULL, spki BYTEA NOT NULL,
    blob BYTEA NOT NULL, leaf BYTEA NOT NULL, PRIMARY KEY (kid, ver, authorization_key));
CREATE TABLE IF NOT EXISTS certificates (
    kid BYTEA PRIMARY KEY REFERENCES kids, uid BYTEA NOT NULL, request_sha256 BYTEA NOT NULL,
    serial TEXT NOT NULL UNIQUE, profile TEXT NOT NULL, holder_name TEXT NOT NULL, applicant_hash BYTEA NOT NULL,
    not_before BIGINT NOT NULL, not_after BIGINT NOT NULL, crl_file TEXT NOT NULL, leaf BYTEA NOT NULL,
    to_be_signed_sha256 BYTEA NOT NULL, certificate BYTEA, certificate_sha256 BYTEA, revoked_at BIGINT, reason TEXT);
CREATE INDEX IF NOT EXISTS certificates_of_uid ON certificates (uid);
CREATE INDEX IF NOT EXISTS certificates_revoked ON certificates (crl_file) WHERE revoked_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS revocations (kid BYTEA PRIMARY KEY REFERENCES certificates, th BYTEA NOT NULL);
CREATE TABLE IF NOT EXISTS uses (
    th BYTEA PRIMARY KEY, kid BYTEA NOT NULL, activation_sha256 BYTEA NOT NULL, exp BIGINT NOT NULL,
    leaf BYTEA NOT NULL, leaf_index BIGINT NOT NULL, signatures TEXT);
CREATE INDEX IF NOT EXISTS uses_ended ON uses (exp);
CREATE TABLE IF NOT EXISTS leaves (leaf_index BIGINT PRIMARY KEY, leaf BYTEA NOT NULL, leaf_hash BYTEA NOT NULL);
CREATE TABLE IF NOT EXISTS posts (
    path TEXT PRIMARY KEY, number BIGINT NOT NULL, entries BIGINT NOT NULL, next_update BIGINT NOT NULL,
    der BYTEA NOT NULL, posted BIGINT NOT NULL);
"""
