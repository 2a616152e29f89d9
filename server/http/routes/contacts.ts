/** Contacts: reading, creating, changing, joining to inboxes, merging and deleting. */
import { publishConversation } from '../../actions/broadcast.ts';
import { createContact, linkContact, publishContact } from '../../actions/create.ts';
import type { Backend } from '../../backend.ts';
import type { Contact } from '../../model.ts';
import { inboxJson } from '../../views/directory.ts';
import { contactJson } from '../../views/people.ts';
import { record, text, toInt } from '../params.ts';
import { empty, json, notFound } from '../replies.ts';
import type { Reply } from '../replies.ts';
import { forAdministrators, inAccount } from '../router.ts';
import type { AccountRequest, Route } from '../router.ts';

/** A contact with its inboxes. */
function contactPayload(backend: Backend, contactId: number): Record<string, unknown> {
  const contact = backend.world.rows.contact.get(contactId);
  if (contact === undefined) throw notFound();
  const links = [...backend.world.rows.contactInbox.values()].filter((link) => link.contactId === contactId);
  return {
    ...contactJson(backend, contact),
    contact_inboxes: links.map((link) => {
      const inbox = backend.world.rows.inbox.get(link.inboxId);
      return {
        source_id: link.sourceId,
        inbox: inbox === undefined ? null : inboxJson(backend, inbox, false),
      };
    }),
  };
}

function contactOf(request: AccountRequest, id: unknown): Contact {
  const contact = request.backend.world.rows.contact.get(toInt(id));
  if (contact === undefined || contact.accountId !== request.account.id) throw notFound();
  return contact;
}

function addContact(request: AccountRequest): Reply {
  const { backend, account, input } = request;
  const contact = createContact(backend, account.id, input);
  const inboxId = toInt(input['inbox_id']);
  const link = inboxId > 0 ? linkContact(backend, contact.id, inboxId, text(input['source_id'])) : null;
  return json({
    payload: {
      contact: contactPayload(backend, contact.id),
      contact_inbox: link === null ? {} : { source_id: link.sourceId, inbox: { id: link.inboxId } },
    },
  });
}

function changeContact(request: AccountRequest): Reply {
  const { backend, input } = request;
  const contact = contactOf(request, request.path['contact_id']);
  contact.name = text(input['name']) ?? contact.name;
  contact.email = text(input['email']) ?? contact.email;
  contact.phoneNumber = text(input['phone_number']) ?? contact.phoneNumber;
  contact.customAttributes = { ...contact.customAttributes, ...record(input['custom_attributes']) };
  contact.additionalAttributes = {
    ...contact.additionalAttributes,
    ...record(input['additional_attributes']),
  };
  backend.world.touch('contact', contact.id);
  publishContact(backend, 'contact.updated', contact);
  return json({ payload: contactPayload(backend, contact.id) });
}

/** The second contact's conversations go to the first one; then it is deleted. */
function mergeContacts(request: AccountRequest): Reply {
  const { backend, account, input, user } = request;
  const base = contactOf(request, input['base_contact_id']);
  const merged = contactOf(request, input['mergee_contact_id']);
  for (const link of backend.world.rows.contactInbox.values()) {
    if (link.contactId !== merged.id) continue;
    link.contactId = base.id;
    backend.world.touch('contactInbox', link.id);
  }
  for (const conversation of backend.world.conversationsOf(account.id)) {
    if (conversation.contactId !== merged.id) continue;
    conversation.contactId = base.id;
    backend.world.touch('conversation', conversation.id);
    publishConversation(backend, 'conversation.contact_changed', conversation, user);
  }
  backend.world.remove('contact', merged.id);
  publishContact(backend, 'contact.merged', base);
  return json(contactJson(backend, base));
}

export function contactRoutes(): Route[] {
  return [
    inAccount('GET', '/contacts/:contact_id', (request) =>
      json({ payload: contactPayload(request.backend, contactOf(request, request.path['contact_id']).id) }),
    ),
    inAccount('GET', '/contacts/search', ({ backend, account, input }) => {
      const q = (text(input['q']) ?? '').toLowerCase();
      const page = Math.max(1, toInt(input['page'] ?? 1));
      const found = [...backend.world.rows.contact.values()].filter(
        (contact) =>
          contact.accountId === account.id &&
          [contact.name, contact.email, contact.phoneNumber, contact.identifier].some((field) =>
            (field ?? '').toLowerCase().includes(q),
          ),
      );
      return json({
        meta: { count: found.length, current_page: String(page) },
        payload: found
          .slice((page - 1) * 15, page * 15)
          .map((contact) => contactPayload(backend, contact.id)),
      });
    }),
    inAccount('POST', '/contacts', addContact),
    inAccount('PATCH', '/contacts/:contact_id', changeContact),
    inAccount('PUT', '/contacts/:contact_id', changeContact),
    inAccount('POST', '/actions/contact_merge', mergeContacts),
    inAccount('POST', '/contacts/:contact_id/contact_inboxes', (request) => {
      const { backend, account, path, input } = request;
      const contact = contactOf(request, path['contact_id']);
      const inbox = backend.world.rows.inbox.get(toInt(input['inbox_id']));
      if (inbox?.accountId !== account.id) throw notFound();
      const link = linkContact(backend, contact.id, inbox.id, text(input['source_id']));
      return json({ source_id: link.sourceId, inbox: inboxJson(backend, inbox, false) });
    }),
    forAdministrators('DELETE', '/contacts/:contact_id', (request) => {
      const contact = contactOf(request, request.path['contact_id']);
      request.backend.world.remove('contact', contact.id);
      publishContact(request.backend, 'contact.deleted', contact);
      return empty();
    }),
  ];
}
