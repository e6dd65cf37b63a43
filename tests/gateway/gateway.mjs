// The real Wechaty gateway (wechaty-puppet-service) with its mock puppet, driven by one JSON object per line.
//
//   node gateway.mjs OFFICE.json
//
// OFFICE.json says who there is and where to listen; ids stay the same over a restart:
//   { "endpoint": "127.0.0.1:8788", "token": "…", "self": "bot", "tells_ids": true,
//     "contacts": [{ "id": "c1", "name": "张三" }],
//     "rooms": [{ "id": "r1@chatroom", "topic": "代表群", "members": ["bot", "c1"], "aliases": { "c1": "长沙-张三" } }] }
//
// Standard input: { "id": 1, "do": "say", … }; standard output: { "id": 1, "result": … } or { "id": 1, "error": "…" },
// and unasked { "ready": true } once, and { "said": { … } } for everything the bot says. Files it sends are written to the
// working directory.

import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'

import { FileBox } from 'file-box'
import { log, types } from 'wechaty-puppet'
import { PuppetMock, mock } from 'wechaty-puppet-mock'
import { PuppetServer } from 'wechaty-puppet-service'

log.level('silent')

const office = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const mocker = new mock.Mocker()

// Pipes are written at once: what was told survives a SIGKILL of this process.
const tell = line => process.stdout.write(JSON.stringify(line) + '\n')

/** The mock puppet, which by itself drops mention ids, gives no message ids and knows no group nicknames. */
class OfficePuppet extends PuppetMock {
  refusal = null

  async messageSendText (conversation, text, mentions) {
    return this.#say({ conversation, mentions: mentions ?? [], text }, text)
  }

  async messageSendFile (conversation, box) {
    const content = await box.toBuffer()
    const file = { name: box.name, path: resolve(newId()) }
    writeFileSync(file.path, content)
    return this.#say({ conversation, file, mentions: [], text: '' }, FileBox.fromBase64(content.toString('base64'), box.name))
  }

  async roomMemberRawPayload (room, contact) {
    const alias = rooms.get(room)?.aliases?.[contact]
    return { ...await super.roomMemberRawPayload(room, contact), roomAlias: alias }
  }

  async #say (said, something) {
    if (this.refusal) throw new Error(this.refusal)
    const id = await says(() => this._messageSend(said.conversation, something))
    tell({ said: { ...said, at: Date.now(), id } })
    return office.tells_ids ? id : undefined
  }
}

const puppet = new OfficePuppet({ mocker })
const rooms = new Map()

const addContact = contact => mocker.createContact({ phone: [], ...contact })
const addRoom = room => {
  rooms.set(room.id, room)
  mocker.createRoom({ id: room.id, memberIdList: [...room.members], ownerId: undefined, topic: room.topic })
}
const place = id => rooms.has(id) ? mocker.RoomMock.load(id) : mocker.ContactMock.load(id)

/** Does something that makes the mock emit a message, and returns that message's id. */
async function says (something) {
  let id
  const note = payload => { id = payload.messageId }
  puppet.once('message', note)
  try { await something() } finally { puppet.off('message', note) }
  return id
}

/** Puts a message of any kind into the mock's store and has it emitted. */
function emit (payload) {
  mocker.MessageMock.create(payload)
  puppet.emit('message', { messageId: payload.id })
  return payload.id
}

let made = 0
const newId = () => `made-${Date.now()}-${made++}`

const commands = {
  say: ({ room, member, text, mentions = [], timestamp }) => timestamp
    ? emit({ ...addressed(room), id: newId(), talkerId: member, text, timestamp, type: types.Message.Text })
    : says(() => mocker.ContactMock.load(member).say(text, mentions.map(id => mocker.ContactMock.load(id))).to(place(room))),
  say_all: ({ messages }) => Promise.all(messages.map(commands.say)),
  send_file: ({ room, member, name, base64 }) => {
    const id = newId()
    if (base64 !== null) mocker.cacheFileBoxPayload.set(id, FileBox.fromBase64(base64, name).toJSON())
    return emit({ ...addressed(room), filename: name, id, talkerId: member, timestamp: Date.now(), type: types.Message.Attachment })
  },
  recall: ({ room, member, message }) =>
    emit({ ...addressed(room), id: newId(), talkerId: member, text: message, timestamp: Date.now(), type: types.Message.Recalled }),
  add_contact: ({ contact }) => { addContact(contact) },
  add_room: ({ room }) => { addRoom(room) },
  join: ({ room, member, alias }) => {
    if (alias) (rooms.get(room).aliases ??= {})[member] = alias
    place(room).add(mocker.ContactMock.load(member)).by(mocker.ContactMock.load(office.self))
  },
  rename_room: async ({ room, topic }) => {
    place(room).topic(topic).by(mocker.ContactMock.load(office.self))
    await puppet.dirtyPayload(types.Dirty.Room, room)
  },
  rename_member: async ({ room, member, alias }) => {
    (rooms.get(room).aliases ??= {})[member] = alias
    await puppet.dirtyPayload(types.Dirty.RoomMember, room)
  },
  logout: () => puppet.logout('test'),
  login: () => { puppet.login(office.self) },
  error: ({ text }) => { puppet.emit('error', { gerror: JSON.stringify({ message: text, name: 'Error' }) }) },
  nothing: () => {},
  refuse: ({ text }) => { puppet.refusal = text ?? null },
}

const addressed = room => rooms.has(room) ? { mentionIdList: [], roomId: room } : { listenerId: room }

office.contacts.forEach(addContact)
office.rooms.forEach(addRoom)

await puppet.start()
puppet.login(office.self)
const server = new PuppetServer({
  endpoint: office.endpoint,
  puppet,
  tls: office.tls ? {} : { disable: true },
  token: office.token,
})
await server.start()
tell({ ready: true })

createInterface({ input: process.stdin }).on('line', async line => {
  const { id, do: name, ...args } = JSON.parse(line)
  try {
    tell({ id, result: await commands[name](args) ?? null })
  } catch (e) {
    tell({ error: String(e?.message ?? e), id })
  }
}).on('close', () => process.exit(0))
