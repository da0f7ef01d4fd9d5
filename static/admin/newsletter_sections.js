/* The content editor moves sections by dragging and adds them by a "+" for the mouse only. Here are
   buttons for the same, for everyone. */
"use strict"

const orderOf = (row) => Number(row.querySelector(".order-machine-ordering").value)

const rowsInOrder = () =>
  [...document.querySelectorAll(".order-machine .inline-related:not(.empty-form)")].sort(
    (a, b) => orderOf(a) - orderOf(b),
  )

const button = (text, onClick) => {
  const made = document.createElement("button")
  made.type = "button"
  made.className = "section-button"
  made.textContent = text
  made.addEventListener("click", onClick)
  return made
}

const nameOf = (row) => row.querySelector(".inline_label").textContent.trim()

const say = (text) => {
  document.querySelector(".section-status").textContent = text
}

const move = (row, step, pressed) => {
  const rows = rowsInOrder()
  const place = rows.indexOf(row) + step
  if (place < 0 || place >= rows.length) {
    say(`${nameOf(row)} is already ${step < 0 ? "first" : "last"}.`)
    return
  }
  rows.splice(place - step, 1)
  rows.splice(place, 0, row)
  rows.forEach((each, index) => {
    const ordering = 10 * (index + 1)
    each.querySelector(".order-machine-ordering").value = ordering
    each.style.order = ordering
  })
  pressed.focus()
  pressed.scrollIntoView({ block: "nearest" })
  say(`${nameOf(row)} is now section ${place + 1} of ${rows.length}.`)
}

const addMoveButtons = (row) => {
  if (row.querySelector(".section-buttons")) return
  const group = document.createElement("div")
  group.className = "section-buttons"
  for (const [text, step] of [["Move up", -1], ["Move down", 1]]) {
    const made = button(text, () => move(row, step, made))
    made.setAttribute("aria-label", `${text}: ${nameOf(row)}`)
    group.append(made)
  }
  row.querySelector(":scope > h3").after(group)
}

const add = (plugin) => {
  const before = new Set(rowsInOrder())
  window.ContentEditor.addContent(plugin.prefix)
  const row = rowsInOrder().find((each) => !before.has(each))
  row?.querySelector("input:not([type=hidden])")?.focus()
}

const addSectionButtons = () => {
  const group = document.createElement("div")
  group.className = "section-buttons section-buttons--add"
  group.setAttribute("role", "group")
  group.setAttribute("aria-label", "Add a section")
  for (const plugin of window.ContentEditor.plugins) {
    group.append(button(`Add ${plugin.title.toLowerCase()}`, () => add(plugin)))
  }
  const status = document.createElement("p")
  status.className = "section-status"
  status.setAttribute("role", "status")
  document.querySelector(".order-machine-wrapper").after(group, status)
}

/* The fields of rich text come without a name for screen readers. */
const nameTextFields = () => {
  for (const field of document.querySelectorAll(".ProseMirror[contenteditable]:not([aria-label])")) {
    field.setAttribute("role", "textbox")
    field.setAttribute("aria-multiline", "true")
    field.setAttribute("aria-label", "Text")
  }
}

document.addEventListener("content-editor:ready", () => {
  if (!window.ContentEditor.allowChange) return
  addSectionButtons()
  nameTextFields()
  new MutationObserver(nameTextFields).observe(document.querySelector(".order-machine"), {
    childList: true,
    subtree: true,
  })
  rowsInOrder().forEach(addMoveButtons)
  document.addEventListener("content-editor:activate", (event) => {
    addMoveButtons(event.detail.inline)
  })
})
