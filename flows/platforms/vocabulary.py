"""What platforms call their fields: words of several languages, strong ones and weak ones, by our meaning."""

from collections.abc import Mapping

from flows.platforms.field_names import words_in


def weighted(strong: str, weak: str = "") -> dict[str, float]:
    """The weight of each word: 1 for a strong one, a half for one that may mean something else."""
    return {**dict.fromkeys(weak.split(), 0.5), **dict.fromkeys(strong.split(), 1.0)}


TIME_WORDS = words_in(
    """at time timestamp ts date datetime day when moment since until from to on utc epoch start end begin created
    updated changed modified occurred happened joined registered published released expires expiry withdrawn
    received logged clock zeit uhrzeit zeitpunkt datum tag seit bis von ab heure jour depuis fecha hora dia desde
    hasta data ora giorno tijd dag sinds created ms millis seconds unixtime tms tstamp dt signup"""
)

ID_WORDS = words_in("""id ids uuid guid key no nr num number code ref hash pk identifier nummer kennung uid 编号 号""")
"""Words after which the word before says whose id it is."""

ACCOUNTS = weighted(
    """account acct user uid userid customer client member subscriber visitor profile player listener reader viewer
    reviewer buyer shopper actor patron kunde kundin nutzer benutzer konto mitglied abonnent leser spieler besucher
    utilisateur compte abonne usuario cuenta cliente utente conto usuario conta assinante gebruiker klant konto
    uzytkownik klient polzovatel пользователь клиент 用户 会员 客户 账号 ユーザー 顧客""",
    "person people who owner subject guest human author rater reviewerid puid cid anonymous cookie from",
)
ITEMS = weighted(
    """item itemid product productid sku asin article isbn ean gtin track song video movie film game app book episode
    podcast recipe listing story show series artikel produkt ware lied spiel buch beitrag produit livre chanson
    producto cancion juego prodotto canzone produto livro musica tovar товар 商品 产品 物品 文章 视频 歌曲 作品""",
    "object content entity asset media page post document doc target thing offer title program url node goods",
)
EVENTS = weighted(
    "event eventid entry log record row message hit ereignis eintrag evenement evento vorgang",
    "action activity transaction order interaction tx line request rating review bestellung buchung beleg",
)

MEANING_WORDS: Mapping[str, Mapping[str, Mapping[str, float]]] = {
    "events": {
        "event_type": weighted(
            "action verb activity type eventname eventtype kind what interaction aktion typ accion 行为 动作 事件",
            "event name method behavior behaviour category status word",
        ),
        "event_at": weighted(
            """time timestamp ts occurred happened datetime at zeit zeitpunkt uhrzeit heure hora fecha ora tijd unixtime
            tstamp when 时间 時間 日時 время""",
            "date day datum tag jour dia data dag created started start utc local client logged clicked viewed epoch",
        ),
        "value": weighted(
            """value amount price rating stars score seconds duration revenue total dwell watchtime playtime grade
            betrag preis wert bewertung dauer sekunden montant prix importe precio valor valore importo bedrag""",
            "quantity qty count watch watched length ms points weight spent paid cost sum minutes percent progress",
        ),
        "session_id": weighted("session sessionid visit sid sitzung besuch sesion sessione sessao sessie", "web tab"),
        "is_impression": weighted(
            "impression shown displayed exposed exposure seen", "shelf visible viewable served is was banner"
        ),
        "recommendation_run_id": weighted(
            "run recommendation recommendations reco recommender rec mix slate",
            "list shelf request experiment model widget placement carousel batch front banner",
        ),
    },
    "items": {
        "title": weighted(
            "名称 标题 title name headline heading titel bezeichnung produktname nom titre titulo nome titolo naam",
            "label caption subject words",
        ),
        "description": weighted(
            """description details detail summary synopsis blurb about abstract teaser plot overview beschreibung
            zusammenfassung inhalt descripcion descrizione descricao omschrijving""",
            "text body content long info excerpt lead intro subtitle",
        ),
        "category": weighted(
            """category categories genre genres section department topic topics kategorie rubrik gattung thema
            abteilung categorie categoria genere genero ressort""",
            "cat tags tag class type group path taxonomy subject style breadcrumb classification line collection",
        ),
        "creator": weighted(
            """brand author artist studio channel maker manufacturer publisher creator director producer developer
            hersteller marke autor autorin verlag kanal kuenstler interpret auteur marque artiste fabricante marca
            autore artista merk band writer""",
            "vendor seller by company label owner supplier byline merchant provider",
        ),
        "price": weighted("price preis prix precio prezzo preco prijs rrp msrp", "cost amount fee value list"),
        "language": weighted("language lang locale sprache langue idioma lingua taal", "audio culture"),
        "available_from": weighted(
            """published released listed available publication release launch launched licensed premiere
            veroeffentlicht erschienen verfuegbar publie publicado""",
            "from start created added since on online sale valid live begin ab date year",
        ),
        "available_until": weighted(
            """until expires expiry expiration withdrawn delisted unlisted removed discontinued deleted retired ends
            entfernt bis unpublished taken""",
            "to end till through down off valid",
        ),
    },
    "accounts": {
        "created_at": weighted(
            """created joined registered registration signup signed since enrolled opened angelegt registriert
            anmeldung angemeldet seit inscription registro iscrizione member""",
            "start date creation first at up on ts time day added",
        ),
        "language": weighted("language lang locale sprache langue idioma lingua taal", "ui culture"),
        "country": weighted("country land nation pays pais paese countrycode staat", "region market geo location"),
    },
    "links": {
        "link_type": weighted("type relation relationship kind verb action art beziehung", "edge link status name"),
        "linked_at": weighted("since time timestamp ts created at linked followed seit", "date day when on from start"),
    },
}
"""Words by kind and meaning; ids are told by whose id they are."""

OTHER_TIMES = words_in(
    """updated changed modified received ingested processed loaded inserted exported synced imported last login seen
    refreshed stored written aktualisiert geaendert empfangen indexed birth born birthday geburtstag dob"""
)
"""Times that are not when something happened or began."""

LINKED = words_in(
    """to target followed followee follows friend linked other second b dst destination object contact idol leader
    following ziel freund gefolgt ami amigo recipient invitee"""
)
LINKING = words_in("""from source follower user first a src subject account owner sender inviter von quelle""")

IDENTIFIERS: Mapping[str, Mapping[str, float]] = {
    "email": weighted("email mail emailaddress correo courriel 邮箱", "address contact"),
    "phone": weighted(
        "phone mobile tel telephone telefon handy msisdn cell cellphone telefono telefone mobil mobilnummer 手机 电话",
        "number contact whatsapp sms",
    ),
    "login": weighted("login username nickname nick handle screenname benutzername logon", "alias"),
    "device": weighted(
        "device deviceid idfa gaid idfv imei aaid advertisingid geraet fingerprint mac", "hardware adid installation"
    ),
}

COUNTRIES_BY_NAME: Mapping[str, str] = {
    "germany": "DE", "deutschland": "DE", "allemagne": "DE", "austria": "AT", "österreich": "AT", "switzerland": "CH",
    "schweiz": "CH", "united kingdom": "GB", "uk": "GB", "great britain": "GB", "england": "GB", "france": "FR",
    "spain": "ES", "españa": "ES", "italy": "IT", "italia": "IT", "united states": "US", "usa": "US",
    "united states of america": "US", "netherlands": "NL", "nederland": "NL", "poland": "PL", "polska": "PL",
    "portugal": "PT", "brazil": "BR", "brasil": "BR", "canada": "CA", "india": "IN", "china": "CN", "japan": "JP",
    "australia": "AU", "sweden": "SE", "norway": "NO", "denmark": "DK", "belgium": "BE", "mexico": "MX",
}  # fmt: skip

LANGUAGES = words_in(
    """en de fr es it pt nl pl ru zh ja ko ar tr sv da no nb fi cs sk hu ro bg el he hi th vi id ms uk hr sr sl et lv
    lt is ga ca eu gl fa ur bn ta te ml mr pa eng deu ger fra fre spa ita por nld dut pol rus zho chi jpn kor
    english german deutsch french spanish italian"""
)
