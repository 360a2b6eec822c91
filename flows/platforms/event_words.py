"""Platforms' words for what people do, and our event type for each: by a dictionary of several languages."""

import re
from collections.abc import Mapping
from itertools import pairwise

from flows.platforms.field_names import words_in, words_of

SYNONYMS: Mapping[str, str] = {
    "impression": """impression impressions shown show exposure exposed display displayed teaser banner shelf served
        serve rendered angezeigt anzeige einblendung gezeigt affichage impresion 曝光 展示 показ""",
    "view": """view views viewed viewing pageview pageviews look looked detail details browse browsed visit visited see
        seen ansicht angesehen aufruf seitenaufruf besuch besucht vue vu consulte vista visto visualizacion ver
        visualizzato bekeken 浏览 查看 閲覧 просмотр""",
    "click": """click clicks clicked clicking tap tapped open opened opens select selected klick geklickt klicken
        geoeffnet geöffnet clic clique cliquer clicar cliccato geklikt 点击 クリック клик""",
    "read": """read reads reading gelesen lesen lu lire leido leer letto lido gelezen 阅读 既読 прочитано""",
    "play": """play plays played playing start started stream streamed streaming listen listened listening watch watched
        watching abgespielt abspielen gespielt wiedergabe gehoert gehört ecoute lecture joue reproducir escuchado
        ascoltato riprodotto afgespeeld 播放 再生 воспроизведение""",
    "finish": """finish finished finishes complete completed completes completion ended end done beendet abgeschlossen
        fertig fini termine terminado completado finito completato voltooid 完成 完了""",
    "skip": """skip skips skipped skipping stop stopped abort aborted abandon abandoned dislike disliked downvote
        downvoted thumbsdown hide hidden block uebersprungen übersprungen abgebrochen passe saute saltado omitido
        saltato overgeslagen 跳过 スキップ""",
    "like": """like likes liked love loved heart hearted favorite favorited favourite favourited favorites upvote
        upvoted thumbsup star starred gefaellt gefällt herz favorit aime jaime megusta gustado piace preferito curtir
        leuk 喜欢 点赞 收藏 いいね нравится""",
    "share": """share shares shared sharing repost reposted retweet retweeted forward forwarded recommend teilen geteilt
        weitergeleitet partage partager compartir compartido condiviso compartilhado gedeeld 分享 転发 シェア""",
    "add": """add adds added adding cart basket addtocart addtobasket wishlist wishlisted bag save saved saves bookmark
        bookmarked queue queued warenkorb merkzettel wunschliste hinzugefuegt hinzugefügt gemerkt gespeichert ajoute
        panier carrito anadido añadido carrello aggiunto carrinho toegevoegd winkelwagen 加购 加入购物车 カート""",
    "purchase": """purchase purchases purchased purchasing buy buys buying bought order orders ordered checkout paid pay
        payment sale sold transaction conversion download downloaded install installed rent rented borrow borrowed loan
        subscribe subscribed kauf kaufen gekauft bestellt bestellung bezahlt ausgeliehen heruntergeladen achat achete
        acheter commande compra comprado comprar pedido acquisto acquistato ordine compre gekocht kupiono zakup 购买
        下单 購入 注文 купил покупка""",
    "rate": """rate rates rated rating ratings review reviews reviewed reviewing score scored stars bewertung bewertet
        rezension note noter avis calificacion valoracion valutazione recensione avaliacao beoordeling 评分 评价
        レビュー 評価 оценка""",
    "follow": """follow follows followed following subscribechannel watchlist folgen gefolgt abonniert abonnieren suivre
        suivi seguir seguido seguire gevolgd 关注 フォロー""",
}

UNDONE = words_in(
    """un undo undone remove removed removal delete deleted cancel cancelled canceled cancellation refund refunded
    return returned revoke unlike unlikes unliked unfollow unfollowed unsubscribe unsubscribed failed failure error
    entfernt storniert geloescht gelöscht zurueckgegeben retoure annule supprime cancelado eliminado logout logoff"""
)
"""What undoes an event has no type of ours."""

STRONGEST = (
    "purchase", "add", "rate", "share", "like", "follow", "skip", "finish", "read", "play", "click", "impression",
    "view",
)  # fmt: skip
"""Which word counts where a platform's word has several: `product_view_added_to_cart` is adding."""

BY_WORD = {word: event_type for event_type, words in SYNONYMS.items() for word in words.split()}
PHRASES = {
    ("thumb", "up"): "like", ("thumbs", "up"): "like", ("thumb", "down"): "skip", ("thumbs", "down"): "skip",
    ("watch", "list"): "add", ("wish", "list"): "add", ("play", "list"): "add", ("search", "click"): "click",
    ("check", "out"): "purchase", ("begin", "checkout"): "add", ("start", "checkout"): "add",
    ("page", "read"): "read", ("add", "review"): "rate", ("order", "view"): "view", ("not", "interested"): "skip",
    ("gefällt", "mir"): "like", ("me", "gusta"): "like", ("sign", "up"): "", ("log", "in"): "",
}  # fmt: skip


def event_type_of(word: str) -> str | None:
    """Our event type for a platform's word; null if the dictionary does not know it, or it undoes something."""
    words = words_of(re.sub(r"^(evt|event|user|ga)[_.:-]", "", word.strip()))
    if not words or UNDONE & set(words):
        return None
    joined = "".join(words)
    if joined in BY_WORD:
        return BY_WORD[joined]
    for pair in pairwise(words):
        if pair in PHRASES:
            return PHRASES[pair] or None
    if {"play", "video", "track", "song", "stream"} & set(words) and {"end", "ended", "complete", "finish"} & set(
        words
    ):
        return "finish"
    found = {BY_WORD[one] for one in words if one in BY_WORD}
    return next((event_type for event_type in STRONGEST if event_type in found), None)
