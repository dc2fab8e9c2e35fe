-- Pandoc filter for the Quarto constructs that the report uses: callouts, tabsets, cross-references, links between pages.
-- Metadata in: pages (name of each page). Errors are printed as "REFUSED<tab>what<tab>text to look for" and end Pandoc.

local KINDS = { fig = "Figure", tbl = "Table" }
local CALLOUTS = {
  ["callout-note"] = "Note", ["callout-tip"] = "Tip", ["callout-warning"] = "Warning",
  ["callout-important"] = "Important", ["callout-caution"] = "Caution",
}
local numbers, counted, pages = {}, { fig = 0, tbl = 0 }, {}

local function refuse(what, needle)
  io.stderr:write("REFUSED\t" .. what .. "\t" .. needle .. "\n")
  os.exit(83)
end

local function kind_of(identifier)
  local kind = identifier:match("^(%l+)%-")
  return kind and KINDS[kind] and kind or nil
end

local function escape(text)
  return (text:gsub("[&<>\"]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }))
end

local function html(text)
  return pandoc.RawBlock("html", text)
end

-- Numbers are given in the order in which figures and tables are on the page.
local function count(element)
  local kind = kind_of(element.identifier)
  if not kind then return end
  if numbers[element.identifier] then refuse("the label " .. element.identifier .. " given twice", element.identifier) end
  counted[kind] = counted[kind] + 1
  numbers[element.identifier] = counted[kind]
end

local function numbered_caption(identifier, inlines)
  local kind = kind_of(identifier)
  local number = pandoc.Span({ pandoc.Str(KINDS[kind] .. "\u{a0}" .. numbers[identifier]) }, { class = "caption-number" })
  local caption = pandoc.List({ number, pandoc.Space() })
  caption:extend(inlines)
  return caption
end

local function numbered_block(div)
  local caption = div.content:remove()
  if not caption or (caption.t ~= "Para" and caption.t ~= "Plain") then
    refuse("the block #" .. div.identifier .. " without a caption as its last paragraph", div.identifier)
  end
  local kind = kind_of(div.identifier)
  local blocks = pandoc.List({ html('<figure id="' .. escape(div.identifier) .. '" class="numbered numbered-' .. kind .. '">') })
  local figcaption = pandoc.List({ html("<figcaption>"), pandoc.Plain(numbered_caption(div.identifier, caption.content)),
    html("</figcaption>") })
  if kind == "tbl" then blocks:extend(figcaption) end
  blocks:extend(div.content)
  if kind == "fig" then blocks:extend(figcaption) end
  blocks:insert(html("</figure>"))
  return blocks
end

local function callout(div, class)
  local title = div.attributes.title and pandoc.List({ pandoc.Str(div.attributes.title) })
  if not title and div.content[1] and div.content[1].t == "Header" then
    title = div.content:remove(1).content
  end
  title = title or pandoc.List({ pandoc.Str(CALLOUTS[class]) })
  local name = class:sub(9)
  local blocks
  if div.attributes.collapse then
    local open = div.attributes.collapse == "false" and " open" or ""
    blocks = pandoc.List({ html('<details class="callout ' .. class .. '"' .. open .. '><summary class="callout-title">'),
      pandoc.Plain(title), html('</summary><div class="callout-body">') })
    blocks:extend(div.content)
    blocks:insert(html("</div></details>"))
  else
    blocks = pandoc.List({ html('<div class="callout ' .. class .. '" role="note" aria-label="' .. name .. '"><p class="callout-title">'),
      pandoc.Plain(title), html('</p><div class="callout-body">') })
    blocks:extend(div.content)
    blocks:insert(html("</div></div>"))
  end
  return blocks
end

-- Each tab has a heading: it reads well without JavaScript and in print, and the script makes tabs of it.
local tabsets = 0
local function tabset(div)
  tabsets = tabsets + 1
  local level, tabs = nil, 0
  local blocks = pandoc.List({ html('<div class="tabset" id="tabset-' .. tabsets .. '">') })
  for _, block in ipairs(div.content) do
    if block.t == "Header" and (level == nil or block.level == level) then
      level = block.level
      if tabs > 0 then blocks:insert(html("</div>")) end
      tabs = tabs + 1
      blocks:insert(html('<div class="tab" id="tabset-' .. tabsets .. "-" .. tabs .. '"><p class="tab-title">'))
      blocks:insert(pandoc.Plain(block.content))
      blocks:insert(html("</p>"))
    elseif level == nil then
      refuse("a tabset that does not begin with a heading", "panel-tabset")
    else
      blocks:insert(block)
    end
  end
  if tabs == 0 then refuse("a tabset without headings", "panel-tabset") end
  blocks:insert(html("</div></div>"))
  return blocks
end

local function citation(cite)
  local inlines = pandoc.List()
  for position, entry in ipairs(cite.citations) do
    if not kind_of(entry.id) then refuse("the citation @" .. entry.id, "@" .. entry.id) end
    if not numbers[entry.id] then refuse("the cross-reference @" .. entry.id .. " to nothing on this page", "@" .. entry.id) end
    if position > 1 then inlines:extend({ pandoc.Str(","), pandoc.Space() }) end
    if #entry.prefix > 0 then
      inlines:extend(entry.prefix)
      inlines:insert(pandoc.Space())
    end
    local name = tostring(numbers[entry.id])
    if entry.mode ~= "SuppressAuthor" then name = KINDS[kind_of(entry.id)] .. "\u{a0}" .. name end
    inlines:insert(pandoc.Link({ pandoc.Str(name) }, "#" .. entry.id, "", { class = "cross-reference" }))
    inlines:extend(entry.suffix)
  end
  return inlines
end

local function link(element)
  local page, anchor = element.target:match("^([%w_./-]+%.qmd)(#?.*)$")
  if page then
    if not pages[page:gsub("^%./", "")] then refuse("the link to " .. page .. ", which is no page", page) end
    element.target = page:gsub("^%./", ""):gsub("%.qmd$", ".html") .. anchor
  elseif element.target:match("^%s*(%a[%w+.-]*):") and not element.target:match("^https?:") and not element.target:match("^mailto:") then
    refuse("the link to " .. element.target, element.target)
  end
  return element
end

function Pandoc(document)
  for _, page in ipairs(document.meta.pages or {}) do pages[pandoc.utils.stringify(page)] = true end
  document:walk({ traverse = "topdown", Div = count, Figure = count, Table = count })
  return document:walk({
    Math = function(math) refuse("the formula $" .. math.text .. "$ (write \\$ for a dollar sign)", math.text) end,
    Image = function(image)
      if image.src:match("^%a[%w+.-]*:") or image.src:match("^//") then refuse("an image from elsewhere, " .. image.src, image.src) end
    end,
    RawInline = function(raw) if raw.format ~= "html" then refuse("raw text for " .. raw.format, raw.text) end end,
    RawBlock = function(raw) if raw.format ~= "html" then refuse("raw text for " .. raw.format, raw.text) end end,
    Cite = citation,
    Link = link,
    Figure = function(figure)
      if kind_of(figure.identifier) and figure.caption.long[1] then
        figure.caption.long[1].content = numbered_caption(figure.identifier, figure.caption.long[1].content)
        figure.classes:extend({ "numbered", "numbered-fig" })
      end
      return figure
    end,
    -- A wide table scrolls in a region of its own instead of widening the page.
    Table = function(element)
      if kind_of(element.identifier) and element.caption.long[1] then
        element.caption.long[1].content = numbered_caption(element.identifier, element.caption.long[1].content)
      end
      return { html('<div class="table-scroll">'), element, html("</div>") }
    end,
    Div = function(div)
      if kind_of(div.identifier) then return numbered_block(div) end
      for _, class in ipairs(div.classes) do
        if CALLOUTS[class] then return callout(div, class) end
        if class == "panel-tabset" then return tabset(div) end
      end
    end,
  })
end
