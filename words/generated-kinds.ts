/** The same in both languages of a catalogue. */
type Both = readonly [ru: string, en: string];

/** What an organisation pays for, in parts from which titles of kinds of bills are put together. Invented, but such as a city has. */
export const DUTIES: readonly Both[] = [
  ["Аренда", "Rent"],
  ["Плата за размещение", "Placement fee"],
  ["Сбор", "Levy"],
  ["Техническое обслуживание", "Maintenance"],
  ["Подключение к сетям", "Connection to networks"],
  ["Экспертиза проекта", "Examination of a project"],
  ["Охрана", "Guarding"],
  ["Вывоз отходов", "Waste removal"],
  ["Теплоснабжение", "Heating"],
  ["Водоснабжение", "Water supply"],
  ["Выкуп по договору", "Purchase by contract"],
  ["Компенсационная стоимость", "Compensation"],
  ["Разрешение", "Permit"],
  ["Поверка приборов", "Verification of meters"],
  ["Паспортизация", "Passport of an object"],
  ["Государственная пошлина", "State fee"],
];

export const OBJECTS: readonly Both[] = [
  ["нежилые помещения", "non-residential premises"],
  ["объекты культурного наследия", "heritage buildings"],
  ["земельные участки", "plots of land"],
  ["торговые павильоны", "trade pavilions"],
  ["летние веранды", "summer terraces"],
  ["рекламные конструкции", "advertising structures"],
  ["вывески", "signboards"],
  ["парковочные места", "parking places"],
  ["гаражи", "garages"],
  ["склады", "warehouses"],
  ["производственные цеха", "workshops"],
  ["спортивные площадки", "sports grounds"],
  ["бассейны", "pools"],
  ["рынки", "markets"],
  ["ярмарки", "fairs"],
  ["киоски", "kiosks"],
  ["линии связи", "communication lines"],
  ["кабельная канализация", "cable ducts"],
  ["трубопроводы", "pipelines"],
  ["лифты", "lifts"],
  ["котельные", "boiler houses"],
  ["тепловые пункты", "heating stations"],
  ["автостоянки", "car parks"],
  ["причалы", "moorings"],
];

export const DISTRICTS: readonly Both[] = [
  ["Центральный округ", "Central district"],
  ["Северный округ", "Northern district"],
  ["Северо-Восточный округ", "North-Eastern district"],
  ["Восточный округ", "Eastern district"],
  ["Юго-Восточный округ", "South-Eastern district"],
  ["Южный округ", "Southern district"],
  ["Юго-Западный округ", "South-Western district"],
  ["Западный округ", "Western district"],
  ["Северо-Западный округ", "North-Western district"],
  ["Заречный округ", "Zarechny district"],
];

export const OFFICES: readonly Both[] = [
  ["Управление имущества", "Property office"],
  ["Городская дирекция", "City directorate"],
  ["Служба заказчика", "Customer service"],
  ["Центр обслуживания", "Service centre"],
];

/** Questions that a biller of organisations asks. */
export const QUESTIONS = {
  inn: {
    title: { ru: "ИНН", en: "INN" },
    hint: { ru: "ИНН вашей организации", en: "The INN of your organisation" },
  },
  kpp: {
    title: { ru: "КПП", en: "KPP" },
    hint: { ru: "Если он есть", en: "If there is one" },
  },
  contract: {
    title: { ru: "Номер договора", en: "Contract number" },
    hint: { ru: "Стоит на первой странице договора", en: "On the first page of the contract" },
  },
} as const;
