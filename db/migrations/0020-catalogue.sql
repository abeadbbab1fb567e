-- The catalogue of billers as data (B5): categories grow without a release, a biller says what to ask its payer and how to check it, where its bills come
-- from, what it takes and when it works. `kvitok billers import` writes it; nobody else does.

create table categories (
  -- what holds, search attributes and reports name; never renamed
  id        text primary key check (id ~ '^[a-z][a-z0-9-]{0,62}$'),
  audience  text not null check (audience in ('person', 'organisation', 'both')),
  section   text not null check (section in ('main', 'additional')),
  -- the subject of the federation, two or three digits; null: everywhere
  region    text,
  title_ru  text not null,
  title_en  text not null,
  position  int not null
);

-- Categories were words without a table until now: they keep working under their own names until a catalogue names them for people.
insert into categories (id, audience, section, title_ru, title_en, position)
  select distinct category, 'both', 'main', category, category, 0 from billers;

alter table billers
  add foreign key (category) references categories,
  -- for people who read English; mails and consents go on naming `name`
  add column name_en text,
  add column audience text not null default 'both' check (audience in ('person', 'organisation', 'both')),
  -- {"fields": [{"key","identifier"|"pattern","title": {ru,en},"hint": {ru,en},"example"}],"period": month|none}: what to ask the payer, how to check it
  add column reference jsonb not null default '{"fields": [{"key": "account", "pattern": "[\\dA-Za-zА-ЯЁа-яё][\\dA-Za-zА-ЯЁа-яё ./-]{0,63}",
    "title": {"ru": "Лицевой счёт", "en": "Account"}, "hint": {"ru": "Он напечатан на бумажном счёте", "en": "It is printed on the paper bill"},
    "example": "7700123456"}], "period": "none"}',
  -- {"kind": push|registry-file|gis-gmp}: where its bills come from; how old they may be is max_age
  add column source jsonb not null default '{"kind": "push"}',
  -- {"kind": percent|amount,"value","withinDays"}: what a bill of this biller costs less, and for how long after its issue
  add column discount_rule jsonb,
  -- its civil time: working hours, and the days of its discounts
  add column zone text not null default 'Europe/Moscow',
  -- [{"days": [1…7],"from": "09:00","until": "18:00"}], Monday is 1; null: always
  add column hours jsonb,
  -- {"encoding","separator","decimal","columns": {field: number of the column, from 1}}: how its registry files are written
  add column file_format jsonb,
  -- what people find it by: both names and the INN, in lower case, ё as е
  add column search_text text not null generated always as (translate(lower(
    (name || ' ' || coalesce(name_en, '') || ' ' || coalesce(payee->>'inn', '')) collate pg_c_utf8), 'ё', 'е')) stored,
  -- only who pushes bills has one
  alter column webhook_secret drop not null;

create index billers_by_category on billers (category, search_text, id);
create index billers_by_search_text on billers (search_text, id);
create index billers_by_inn on billers ((payee->>'inn'));
