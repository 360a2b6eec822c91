"""The words of the made-up world: what its topics are about, and how each platform speaks of them."""

# topic: what it is about, in English; the same in Chinese
TOPICS = {
    "space": ("telescope galaxy rocket Mars astronaut nebula orbit comet", "望远镜 银河 火箭 火星"),
    "gardening": ("rose tomato greenhouse compost orchid herb tulip hedge", "玫瑰 番茄 温室 兰花"),
    "cycling": ("bicycle gravel peloton saddle mountain-bike tour velodrome derailleur", "自行车 公路车 骑行 车队"),
    "cooking": ("pasta sourdough curry knife dumpling barbecue broth spice", "面条 饺子 咖喱 菜刀"),
    "chess": ("gambit endgame grandmaster checkmate opening knight tournament clock", "国际象棋 开局 残局 大师"),
    "football": ("goalkeeper penalty derby striker stadium league midfield cup", "足球 守门员 点球 联赛"),
    "sailing": ("yacht regatta harbour anchor mast catamaran lighthouse tide", "帆船 港口 灯塔 潮汐"),
    "photography": ("camera lens portrait darkroom tripod shutter landscape film-roll", "相机 镜头 肖像 三脚架"),
    "history": ("Rome pharaoh medieval castle archive samurai viking empire", "罗马 法老 城堡 武士"),
    "robots": ("robot circuit drone sensor automation android servo microchip", "机器人 电路 无人机 芯片"),
    "cats": ("kitten whiskers tabby catnip purring Siamese paw litter", "小猫 猫薄荷 暹罗猫 猫爪"),
    "coffee": ("espresso barista roast latte grinder arabica moka crema", "咖啡 拿铁 烘焙 磨豆机"),
    "fashion": ("runway denim silk tailor sneaker couture scarf vintage-dress", "时装 牛仔 丝绸 裁缝"),
    "yoga": ("yoga meditation breathing lotus stretching mindfulness pilates posture", "瑜伽 冥想 呼吸 莲花"),
    "horror": ("haunted ghost vampire zombie crypt nightmare werewolf séance", "鬼屋 幽灵 吸血鬼 僵尸"),
    "finance": ("stocks inflation dividend startup bank budget crypto pension", "股票 通胀 分红 银行"),
    "birds": ("owl sparrow migration nest falcon heron binoculars songbird", "猫头鹰 麻雀 候鸟 鸟巢"),
    "racing": ("rally grand-prix turbo pit-stop karting chicane engine podium", "赛车 拉力 引擎 领奖台"),
    "jazz": ("saxophone swing trumpet improvisation bebop quartet double-bass blues", "爵士 萨克斯 小号 摇摆"),
    "metal": ("guitar riff amplifier drummer distortion mosh-pit bassline encore", "吉他 鼓手 音箱 重金属"),
    "fantasy": ("dragon wizard elf quest sword sorceress goblin prophecy", "巨龙 巫师 精灵 宝剑"),
    "detective": ("detective clue alibi murder inspector forgery heist witness", "侦探 线索 谋杀 证人"),
    "ocean": ("whale reef diving shark submarine kelp octopus plankton", "鲸鱼 珊瑚 潜水 鲨鱼"),
    "parenting": (
        "toddler bedtime stroller kindergarten lullaby playground nursery crayon",
        "宝宝 婴儿车 幼儿园 摇篮曲",
    ),
    "hiking": ("trail summit tent glacier backpack campfire compass waterfall", "徒步 山顶 帐篷 冰川"),
    "physics": ("quantum particle gravity laser relativity magnet entropy collider", "量子 粒子 引力 激光"),
    "painting": ("watercolour canvas easel fresco pigment gallery sketch mural", "水彩 画布 画廊 素描"),
    "dance": ("ballet tango salsa choreography waltz pirouette hip-hop flamenco", "芭蕾 探戈 舞蹈 华尔兹"),
    "farming": ("tractor harvest orchard dairy wheat beekeeping barn vineyard", "拖拉机 丰收 果园 小麦"),
    "western": ("cowboy saloon desert sheriff canyon gold-rush prairie outlaw", "牛仔 沙漠 警长 峡谷"),
}

TITLES = {
    "shop": ("{a} starter kit", "{a} and {b} gift set", "Handmade {a} poster", "{a} field guide", "Classic {a} mug"),
    "news": ("Why {a} matters now", "How {a} changed {b}", "{a}: what we know", "The year of {a}", "A future for {a}?"),
    "video": ("Inside the world of {a}", "{a} stories", "The last {a}", "{a} versus {b}", "Secrets of {a} and {b}"),
    "music": ("{a} at midnight", "Ballad of the {a}", "{a} and {b}", "Slow {a}", "One more {a}"),
    "games": ("{a} Tycoon", "{a} Quest", "Legends of {a}", "{a} Simulator", "{a} and {b} Online"),
}

CHINESE_TITLES = {
    "shop": ("{a}入门套装", "{a}与{b}礼盒", "经典{a}海报"),
    "video": ("{a}的世界", "{a}故事", "{a}与{b}的秘密"),
}

DESCRIPTIONS = {
    "shop": "Everything around {a}, {b} and {c}, made to last.",
    "news": "Our reporters on {a}, {b} and what {c} has to do with it.",
    "video": "A series about {a}, {b} and {c}.",
    "music": "Recorded live, with {a}, {b} and {c} in mind.",
    "games": "Build, trade and explore: {a}, {b} and {c}.",
}
CHINESE_DESCRIPTION = "关于{a}、{b}和{c}的一切。"

MAKERS = (
    "Alder",
    "Brook",
    "Cobalt",
    "Dune",
    "Ember",
    "Fjord",
    "Grove",
    "Harbor",
    "Indigo",
    "Juniper",
    "Kestrel",
    "Linden",
)
FIRST_NAMES = (
    "mira",
    "jonas",
    "aiko",
    "lena",
    "omar",
    "sofia",
    "wei",
    "tariq",
    "ines",
    "pavel",
    "noor",
    "clara",
    "li",
    "hugo",
)
LAST_NAMES = (
    "okoye",
    "braun",
    "tanaka",
    "silva",
    "chen",
    "novak",
    "haddad",
    "keller",
    "rossi",
    "wang",
    "larsen",
    "vogel",
)
