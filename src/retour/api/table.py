"""The whole table: every route of this door, keyed and open."""

from __future__ import annotations

from typing import Final

from retour.api import (
    agents,
    backtests,
    brand,
    configuration,
    control,
    conversation,
    credit,
    customers,
    dock,
    exports,
    finding,
    fulfillmenttools,
    mailed,
    memos,
    notification_matrix,
    parcels,
    people,
    photos,
    policies,
    policy_drafts,
    portal,
    privacy,
    receivers,
    reporting,
    routes_documents,
    routes_notifications,
    routes_open,
    routes_returns,
    routes_sandbox,
    routes_settings,
    routes_telling,
    routing,
    shopper,
    stock,
    system,
    talking,
    template_versions,
    tickets,
    timers,
    withdrawals,
)
from retour.api.channels import accounts as channel_accounts
from retour.api.channels import practice as practice_channelengine
from retour.api.channels import products as channel_products
from retour.api.channels import returns as channel_returns
from retour.api.fulfillmenttools import jobs as fulfillmenttools_jobs
from retour.api.parcels import accounts as carrier_accounts
from retour.api.parcels import commands as parcel_commands
from retour.api.parcels import hooks as carrier_hooks
from retour.api.parcels import sandbox as sandbox_carrier
from retour.api.payments import accounts as payment_accounts
from retour.api.payments import cases as payment_cases
from retour.api.payments import hooks as payment_hooks
from retour.api.payments import reconciliations
from retour.api.routes import HookRoute, OpenRoute, Route
from retour.api.tickets import lists as tickets_lists
from retour.api.tickets import webhooks as tickets_webhooks

ROUTES: Final[tuple[Route, ...]] = (
    *routes_returns.ROUTES,
    *shopper.ROUTES,
    *parcel_commands.ROUTES,
    *parcels.ROUTES,
    *carrier_accounts.ROUTES,
    *payment_accounts.ROUTES,
    *channel_accounts.ROUTES,
    *practice_channelengine.ROUTES,
    *channel_products.ROUTES,
    *channel_returns.ROUTES,
    *payment_cases.ROUTES,
    *reconciliations.ROUTES,
    *credit.ROUTES,
    *routing.ROUTES,
    *stock.ROUTES,
    *control.ROUTES,
    *brand.ROUTES,
    *memos.ROUTES,
    *photos.ROUTES,
    *conversation.ROUTES,
    *withdrawals.ROUTES,
    *dock.ROUTES,
    *finding.ROUTES,
    *talking.ROUTES,
    *agents.ROUTES,
    *reporting.ROUTES,
    *timers.ROUTES,
    *customers.ROUTES,
    *privacy.ROUTES,
    *exports.ROUTES,
    *system.ROUTES,
    *configuration.ROUTES,
    *policies.ROUTES,
    *policy_drafts.ROUTES,
    *backtests.ROUTES,
    *portal.ROUTES,
    *routes_telling.ROUTES,
    *routes_notifications.ROUTES,
    *template_versions.ROUTES,
    *notification_matrix.ROUTES,
    *receivers.ROUTES,
    *mailed.ROUTES,
    *routes_settings.ROUTES,
    *people.ROUTES,
    *routes_sandbox.ROUTES,
    *sandbox_carrier.ROUTES,
)
"""What a key can ask for."""

SPOKEN_ROUTES: Final[tuple[Route, ...]] = (
    *fulfillmenttools.ROUTES,
    *fulfillmenttools_jobs.ROUTES,
    *tickets.ROUTES,
    *tickets_lists.ROUTES,
    *tickets_webhooks.ROUTES,
)
"""What a key can ask for in another system's words, answered and refused in its forms."""

OPEN_ROUTES: Final[tuple[OpenRoute, ...]] = (
    *routes_documents.ROUTES,
    *routes_open.ROUTES,
)
"""What anybody can read."""

HOOK_ROUTES: Final[tuple[HookRoute, ...]] = (
    *shopper.HOOK_ROUTES,
    *photos.HOOK_ROUTES,
    *conversation.HOOK_ROUTES,
    *carrier_hooks.HOOK_ROUTES,
    *payment_hooks.HOOK_ROUTES,
    *channel_accounts.HOOK_ROUTES,
    *parcels.HOOK_ROUTES,
)
"""What is asked without a key: the token in each path is the proof."""
