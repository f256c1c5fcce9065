"""The families of words that do not belong in a school's pictures, in Russian and English, as data.

Words are dictionary forms; every declined or conjugated form is found from them. Phrases are words in their order; a
``Pair`` is one word of each side, in any order, at most ``reach`` words apart. ``exceptions`` are phrases whose words mean
something else.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Words of many pairs below. A pair's side names them with a capital letter.
GROUPS = {
    "PEOPLE": """
        человек люди ребенок мальчик девочка девушка женщина мужчина парень солдат враг жертва друг сосед учитель
        учительница одноклассник одноклассница школьник школьница ученик прохожий президент король полицейский пленный
        заложник пассажир турист
        person man woman boy girl child kid guy enemy victim friend neighbour neighbor teacher classmate pupil student
        soldier president king queen police policeman officer prisoner hostage tourist civilian crowd someone somebody
        subordinate rival opponent target baby character villain people him her them
    """,
    "ANIMALS": """
        животное собака пес щенок кошка кот котенок птица лошадь кролик хомяк
        animal dog puppy cat kitten bird horse rabbit hamster pet
    """,
    "BODY": """
        голова горло шея рука нога палец живот грудь глаз лицо тело конечность спина сердце язык зуб
        head throat neck hand arm leg finger stomach belly chest eye face body limb back heart skull
    """,
    "BLADES": """
        нож кинжал топор бензопила мачете лезвие бритва скальпель копье штык меч
        knife dagger axe chainsaw machete blade razor scalpel spear bayonet sword
    """,
    "ORIGINS": """
        еврей мусульманин христианин негр азиат африканец кавказец мигрант иммигрант беженец цыган китаец узбек таджик гей
        лесбиянка инвалид
        jew jews jewish muslim muslims christian hindu black asian african immigrant migrant refugee gypsy romani latino
        mexican chinese indian gay lesbian lgbt transgender homosexual disabled women foreigner minority race religion
        ethnicity arab
    """,
    "GUIDES": """
        как схема инструкция пошаговый способ план рецепт
        how guide step-by-step steps instruction tutorial method plan blueprint diagram infographic manual technique
        strategy recipe procedure process explain teach
    """,
}


@dataclass(frozen=True)
class Pair:
    """Two groups of words that are bad together: one of ``left`` and one of ``right`` within ``reach`` words."""

    left: str
    right: str
    reach: int = 5


@dataclass(frozen=True)
class Family:
    """One kind of trouble.

    ``key`` names it (titles are translated elsewhere); ``outcome`` is "refuse" or "care". ``words`` are always trouble;
    ``unless_calm`` are not in a prompt that speaks of a monument, a museum, a legend (CALM). Lists are parted by commas.
    """

    key: str
    words: str = ""
    unless_calm: str = ""
    pairs: tuple[Pair, ...] = ()
    exceptions: str = ""
    outcome: str = "refuse"


#: Words that say that a weapon or a dark time is remembered, shown in a museum, told in a tale, or a toy.
CALM = """
    памятник, монумент, статуя, скульптура, мемориал, мемориальный, обелиск, музей, барельеф, бюст, герб, постамент,
    пьедестал, курган, родина мать, богатырь, былина, легенда, сказка, сказочный, миф, история, исторический, учебник,
    урок, игрушечный, игрушка, лего, шахматы, палата, победа, освободитель, король артур, георгий победоносец, александр
    невский, медный всадник, царь пушка, жертва фашизма, жертва холокоста, фехтование,
    monument, memorial, statue, sculpture, obelisk, museum, bas-relief, relief, bust, coat of arms, emblem, pedestal,
    plinth, legend, legendary, fairy tale, fairytale, myth, history, historic, historical, textbook, lesson, toy, lego,
    chess, cathedral, excalibur, king arthur, saint george, st george, joan of arc, sword in the stone, fencing,
    motherland calls, veteran, victory
"""

#: Spellings that look like a form of a listed word and nearly always mean something else.
NEVER = """
    гол гола голы голо голе голов напиток рот рога травка мета мете меть вина вине вину виной вины пик гей-люссак секущая
    asses grasses cutest hanger hangers killjoy
"""

FAMILIES: tuple[Family, ...] = (
    Family(
        "self_harm",
        outcome="care",
        words="""
            суицид, суицидальный, самоубийство, самоубийца, самоповреждение, селфхарм, анорексия, анорексик, булимия,
            покончить с собой, убить себя, убиваю себя, порезать себя, резать себя, навредить себе, вредить себе, ненавижу
            себя, не хочу жить, не хочется жить, хочу умереть, хочется умереть, лучше бы я умер, свести счеты с жизнью,
            наложить руки, резать вены, вскрыть вены, порезать вены, перерезать вены, порезы на руках, петля на шее, шрамы
            на запястье, повеситься,
            suicide, suicidal, self-harm, self harm, selfharm, anorexia, anorexic, bulimia, thinspo, pro ana, kill myself,
            kill himself, kill herself, kill themselves, kill yourself, hurt myself, hurt himself, hurt herself, hurt
            themselves, cut myself, cut himself, cut herself, cut themselves, cut yourself, hang myself, hang himself,
            hang herself, harm myself, harm himself, harm herself, harming themselves, slice myself, starve myself, hate
            myself, end my life, end his life, end her life, end their life, ending it all, want to die, wanted to die,
            wish i was dead, wish i were dead, better off dead, no reason to live, not worth living, self-inflicted, self
            inflicted, self-destructive, self-mutilation, self-injury, overdose, noose, pill bottles, cease to exist,
            self-hatred, self-loathing, end one s life, ending one s life, slit wrist, slitting wrists, kms, unalive
        """,
        pairs=(
            Pair("резать порезать вскрыть полоснуть перерезать порез шрам лезвие бритва", "вена запястье", 4),
            Pair(
                "cut slice slit scar razor blade bleeding carve gash wound", "wrist wrists forearm thigh thighs veins skin", 6
            ),
            Pair("прыгнуть спрыгнуть броситься шагнуть", "крыша мост окно рельсы балкон", 8),
            Pair("rope knot", "neck", 6),
            Pair("jump leap throw plunge", "roof rooftop ledge bridge skyscraper cliff train tracks", 5),
            Pair("swallow handful bottle overdosing", "pills tablets", 5),
            Pair(
                "starve starving emaciated skeletal vomit purge purging",
                "ideal beauty thin skinny goal diet weight body model",
                7,
            ),
        ),
        exceptions="""
            крыши на крышу, крыша на крышу,
            jump rope, bungee jump, bungee jumping, cliff jumper, train station, ski jump, base jump, cut themselves free,
            cut himself free, cut herself free, roof to roof, rooftop to rooftop
        """,
    ),
    Family(
        "abuse",
        outcome="care",
        words="""
            меня бьют, меня бьет, бьет меня, бьют меня, меня избивают, меня избил, меня травят, меня трогает, меня
            насилуют, меня изнасиловали, меня обижают дома, мне страшно дома, боюсь идти домой,
            beat me, beats me, hit me, hits me, hitting me, touches me, molest me, molested me, abuse me, abused me, hurt
            me, hurts me, afraid to go home, scared to go home, i am being bullied, they bully me
        """,
        pairs=(
            Pair("меня", "бить избивать избить лапать насиловать", 4),
            Pair("me", "beats hits abuses molests rapes bullies touches", 3),
        ),
    ),
    Family(
        "violence",
        words="""
            насилие, насильник, насиловать, изнасилование, убийство, убийца, убить, убивать, зарезать, застрелить,
            расстрел, расстрелять, расстреливать, казнь, казнить, пытка, пытать, истязать, истязание, избить, избивать,
            избиение, резня, бойня, поножовщина, зверство, линчевать, палач, виселица, повесить человека, повешенный,
            вешать пленного, обезглавить, обезглавленный, задушить, удушить, четвертовать, расчленить, терроризм,
            террорист, теракт, заложник, драка, мордобой, живодер, собачьи бои, петушиные бои, жертвоприношение, похищение
            человека, геноцид, поджечь дом,
            ubiystvo, ubijstvo, violence, violent, violently, murder, murderer, murderous, kill, killer, assassin,
            assassinate, assassination, manslaughter, massacre, slaughter, torture, torment, behead, decapitate,
            decapitation, dismember, dismemberment, strangle, strangulation, suffocate, stab, stabbing, maim, mutilate,
            mutilation, lynch, lynching, execution, execute prisoner, guillotine, gallows, rape, rapist, terrorism,
            terrorist, genocide, hostage, brutal, brutality, brutally, brawl, fistfight, bloodbath, bloodshed, kidnap,
            abduction, abduct, bludgeon, impale, disembowel, eviscerate, electrocute, arson, arsonist, mass shooting,
            school shooting, gunfight, shootout, drive-by, hitman, ethnic cleansing, concentration camp, assault,
            cannibal, cannibalism, dogfighting, animal cruelty, wage war on, cage fight to death, take the life of, fight
            to the death, to death, gunshot, mauled, lifeless body, lifeless eyes, being poisoned, hanged, drowned body,
            poison someone
        """,
        pairs=(
            Pair(
                "бить ударить пинать мучить душить вонзать вонзить стрелять целиться пырнуть колоть кусать терзать",
                "PEOPLE ANIMALS",
                3,
            ),
            Pair(
                "beat punch kick hit hurt choke poison shoot attack burn crush smother throttle whip torch harm injure",
                "PEOPLE ANIMALS",
                4,
            ),
            Pair(
                "вонзать вонзить приставить перерезать разрывать разорвать выстрелить целиться рубить отрубить проткнуть",
                "BODY",
                5,
            ),
            Pair(
                "BLADES",
                "горло шея живот грудь сердце тело вонзить проткнуть перерезать throat neck chest belly stomach heart",
                6,
            ),
            Pair("slit cut slash pierce drive shoot aim thrust", "throat neck head chest heart belly stomach skull temple", 5),
            Pair("spear knife sword blade arrow stake", "through into", 2),
            Pair("взорвать взрыв взрывать подорвать", "люди человек автобус школа дом вокзал пассажир жертва", 4),
            Pair("explode explosive blow detonate bombing bomb", "people crowd building school bus crowded church mosque", 7),
            Pair("burn burning set hang hanging hung", "alive stake lynched noose lampposts tree-limb", 3),
            Pair("push pushed shove throw thrown fall", "cliff stairs train rooftop", 5),
            Pair(
                "eliminate annihilate obliterate exterminate eradicate", "PEOPLE ORIGINS human faction population occupants", 6
            ),
            Pair("drowned drowning drown", "PEOPLE", 4),
            Pair("bound gagged tied", "PEOPLE chair basement cellar", 3),
            Pair("унижать издеваться травить насмехаться высмеивать", "PEOPLE", 4),
            Pair("осел свинья урод", "одноклассник одноклассница учитель учительница", 6),
            Pair("humiliate bully taunt ridicule mock", "PEOPLE", 5),
        ),
        exceptions="""
            взбитые сливки, убит горем, стрелять глазками, бить в барабан, бить по мячу, бить мяч, ударить по мячу, часы
            бьют, куранты бьют, целиться в мишень, стрелять из рогатки,
            killer whale, kill time, killing time, time killing, kill weed, killing weeds, overkill, execute a plan,
            buzzkill, beat the drum, beat eggs, kick the ball, kicks a ball, kick a ball, kicking a ball, kicking a soccer
            ball, hit the ball, hitting a ball, hit a ball, punch bowl, fruit punch, photo shoot, photo shooting, heart
            attack, ruin bar, shoot hoops, burning candle, burn calories, sunset burn, assault course
        """,
    ),
    Family(
        "weapons",
        words="""
            пистолет, револьвер, винтовка снайпера, снайпер, граната, взрывчатка, взрывное устройство, боеприпас, боевой
            нож, финка, кастет, огнемет, миномет, коктейль молотова, патрон, наемник, оружие массового поражения, бомба
            самодельная, купить оружие, автомат калашникова,
            🔫, 💣, 🗡, 🔪, pistol, handgun, revolver, gun, firearm, shotgun, sniper, ak 47, ak47, grenade, explosive,
            ammunition, ammo, bullet, molotov, brass knuckles, flamethrower, pipe bomb, assault rifle, weaponry, suicide
            vest, improvised bomb, bombing, detonator, switchblade, nerve gas, chemical weapon, biological weapon,
            mercenary, landmine, c4
        """,
        unless_calm="""
            меч, сабля, шпага, кинжал, копье, клинок, булава, оружие, ружье, винтовка, автомат, пулемет, бомба, пушка,
            танк, вооруженный, мачете, секира, катана,
            ⚔, sword, sabre, saber, dagger, spear, mace, weapon, rifle, musket, machine gun, bomb, cannon, tank, armed,
            machete, katana, missile
        """,
        exceptions="""
            оружейный палата, водяной пистолет, игрушечный пистолет, клеевой пистолет, бомбочка для ванны, игровой
            автомат, торговый автомат, автомат с газировкой, автомат с игрушками, телефон автомат, кофейный автомат, царь
            пушка, петропавловский пушка, аквариум танк, патрон лампочки, мыльный пистолет, снежная пушка, рыба меч,
            water gun, squirt gun, glue gun, toy gun, nerf gun, nail gun, gun metal, machine gun, top gun, bath bomb,
            photo bomb, cherry bomb, bomb shelter, bullet train, bullet point, bullet list, fish tank, water tank, tank
            top, think tank, tank engine, gas tank, oxygen tank, storage tank, tsar cannon, cannon salute, confetti
            cannon, snow cannon, bubble gun, heat gun, spray gun, magic bullet, tank car, tanker, armed with, grappling
            gun, portal gun, open arms
        """,
        pairs=(
            Pair("GUIDES", "бомба взрывчатка порох оружие bomb weapon gunpowder", 8),
            Pair("мужчина человек парень girl man woman person boy", "armed gunman shooter вооруженный", 3),
        ),
    ),
    Family(
        "gore",
        words="""
            кровь, кровавый, окровавленный, кровища, кровопролитие, кровоточить, кровоточащий, труп, мертвец, кишки,
            внутренности, расчлененка, отрубленный, оторванный голова, оторванный конечность, гниющий, разлагаться,
            разложение тела, мясорубка людей, лицо без кожи, содранная кожа, выпотрошенный, вскрытие тела, крови,
            krov, krovavyj, 🩸, blood, bloody, bloodied, bloodstained, bloodthirsty, blood-soaked, bleed, gore, gory,
            corpse, cadaver, entrails, guts, intestines, severed, decapitated, dead body, dead bodies, rotting flesh, open
            wound, gaping wound, mangled, flayed, skinless, autopsy, exposed bone, mutilated, gruesome, disfigured,
            roadkill
        """,
        pairs=(
            Pair("отрезать отрубить оторвать вырвать оторванный отрезанный выбитый", "BODY зуб", 3),
            Pair("cut chop rip tear torn missing", "limbs fingers arms legs flesh guts heads", 3),
            Pair("мертвый погибший dead lifeless", "тело тела человек люди ребенок body bodies soldier man woman child", 2),
        ),
        exceptions="""
            группа крови, донор крови, анализ крови, голубых кровей, давление крови, капля крови на микроскопе, кровавая
            луна, кровный брат, спас на крови, храм на крови, церковь на крови, собор на крови, кровавый апельсин,
            blood orange, blood moon, blood type, blood donor, blood donation, blood pressure, blood cell, blood vessel,
            blood test, blood system, blood red, blood bank, bloody tower, blood on the dance floor, church of the savior
            on blood, savior on blood, saviour on blood, spilled blood, spilt blood, red blood cells, severed ties, white
            blood cells
        """,
    ),
    Family(
        "horror",
        words="""
            ужасы, ужас, ужастик, хоррор, маньяк, сатанинский, сатана, сатанист, одержимый бесами, экзорцист, некромант,
            расчленитель, психопат, жуткий, страшилка, фильм ужасов, слендермен, кровожадный, зомби апокалипсис,
            демонический,
            horror, horrifying, horrific, terrifying, slasher, serial killer, killer clown, satan, satanic, satanist,
            demonic, possessed, exorcism, exorcist, psychopath, maniac, creepypasta, slenderman, jumpscare, macabre,
            grisly, undead horde, human sacrifice, ritual sacrifice, black mass, nightmarish, menacing clown
        """,
        pairs=(
            Pair("бензопила топор нож", "гнаться гонится погоня преследовать маньяк клоун", 6),
            Pair("clown doll stranger", "knife axe chainsaw creepy evil", 5),
            Pair("призрак привидение дух", "повешенный мертвый задушенный", 4),
            Pair("monster demon creature zombie", "devour devouring feast tearing ripping flesh torment", 6),
        ),
    ),
    Family(
        "nudity",
        words="""
            нагота, голый, обнаженный, обнаженка, обнажить, нагишом, нагой, раздетый, раздеваться, голышом, топлес, порно,
            порнография, порнографический, эротика, эротический, секс, сексуальный, секси, стриптиз, стриптизерша, хентай,
            нюдс, интимный, возбуждающий, соблазнительный, оргия, минет, сиськи, член мужской, пенис, вагина, задница,
            попа голая, откровенный наряд, откровенная поза, нижнее белье, женское белье, лифчик, стринги, проститутка,
            проституция, бордель, извращение, фетиш, бдсм, мастурбация,
            golaya, golyj, porno, seks, 🍆, 🔞, nude, nudity, nudist, naked, nakedness, topless, bottomless, undressed,
            undressing, nsfw, porn, pornography, pornographic, erotic, erotica, sex, sexy, sexual, sexually, seductive,
            sensual, lewd, lingerie, thong, panties, stripper, striptease, strip club, hentai, genitals, penis, vagina,
            breasts, boobs, tits, buttocks, orgasm, masturbate, masturbation, orgy, fetish, bdsm, bondage, prostitute,
            prostitution, brothel, escort girl, intercourse, cleavage, onlyfans, incest, ahegao, blowjob, dildo, milf,
            camgirl, rule34
        """,
        exceptions="""
            голый король, голая правда, голые деревья, голое дерево, голые ветви, голые ветки, голая скала, голые скалы,
            голая степь, голые руки, голая земля, невооруженный глаз, голый землекоп,
            naked eye, naked mole rat, naked tree, naked branches, same sex, sex education, chicken breasts, great tits,
            blue tits, opposite sex, tit bird, sexual orientations, sexual orientation, thong sandal
        """,
    ),
    Family(
        "adult",
        words="""
            для взрослых, только для взрослых, взрослый контент, взрослая тема, взрослый юмор, взрослая шутка, пошлый,
            пошлость, похабный, непристойный, матерный, мат перемат, нецензурный, азартный, казино, покер на деньги,
            рулетка на деньги, букмекер, ночной клуб, блядь, сука, хуй, пизда, ебать, еблан, мудак, говно, шлюха, пидор,
            залупа, нахуй, гандон, дерьмо,
            adult content, adult only, adults only, for adults, adult theme, adult themes, adult humor, adult
            humour, adult joke, adult jokes, adult language, adult situation, adult situations, adult film, adult video,
            adult entertainment, x-rated, r-rated, mature content, explicit content, dirty joke, obscene, vulgar,
            profanity, casino, gambling, gamble, slot machine, card counting, swear word, crude joke, fuck, fucking,
            fucked, motherfucker, shitty, shit, bitch, asshole, slut, whore, hoes, cunt, cock sucking, nahui, suka blyat
        """,
        exceptions="взрослый и дети, взрослых и детей, дети и взрослые, детей и взрослых, взрослый слон",
    ),
    Family(
        "drugs",
        words="""
            наркотик, наркотический, наркоман, наркомания, наркодилер, наркоторговец, кокаин, героин, марихуана, конопля,
            гашиш, метамфетамин, амфетамин, мефедрон, экстази, лсд, опиум, морфий, спайс курительный, закладка наркотиков,
            варить мет, галлюциногенный, галлюциноген, шприц, дурман, передозировка, алкоголь, алкогольный, алкоголик,
            водка, пиво, вино, коньяк, виски, ром бутылка, шампанское, самогон, джин тоник, текила, ликер, абсент, бухать,
            бухло, пьяный, пьяница, пьянка, пьянство, похмелье, сигарета, сигара, курить, курящий, курильщик, табак,
            табачный, вейп, кальян, снюс, папироса,
            🚬, 🍺, 🍻, 🍷, 🥃, 🍾, 🍸, 💉, drug, drugs, narcotic, cocaine, heroin, marijuana, cannabis, hashish, meth,
            methamphetamine, amphetamine, mephedrone, ecstasy pill, mdma, lsd, opium, opioid, fentanyl, morphine,
            hallucinogen, hallucinogenic, psychedelic mushroom, magic mushrooms, crack pipe, bong, drug dealer, junkie,
            stoned, smoke weed, smoking weed, alcohol, alcoholic, vodka, beer, wine, whiskey, whisky, cognac, brandy,
            tequila, champagne, liquor, liqueur, booze, drunk, drunken, drunkard, hangover, moonshine, cigarette, cigar,
            tobacco, vape, vaping, hookah, nicotine, smoker, chain-smoking, joint smoking
        """,
        exceptions="""
            цвета шампанского, пьяная вишня,
            drug store, drugstore, drug free, root beer, ginger beer, wine colored, wine red, wine colour, war on drugs,
            alcohol free
        """,
        pairs=(
            Pair("smoke smoking", "joint weed pipe pot boy girl teen teenager kid child man woman", 4),
            Pair("varit варить готовить синтез", "мет наркотик амфетамин", 3),
        ),
    ),
    Family(
        "hate",
        words="""
            нацист, нацистский, неонацист, свастика, расист, расизм, расистский, ку клукс клан, куклуксклан, черномазый,
            чурка, хач, жид, жидовский, хохол, москаль, чернозадый, узкоглазый, скинхед, белая раса, превосходство белых,
            хайль гитлер, зига, зиговать, зигующий, антисемит, гомофоб,
            🖕, neo-nazi, swastika, racist, racism, ku klux klan, kkk, klansman, white power, white supremacy, white
            supremacist, nigger, nigga, nig ger, faggot, fag, fags, kike, chink, ch inks, spic, wetback, wet backs,
            tranny, paki, raghead, heil hitler, antisemitic, anti-semitic, homophobic, xenophobic, xenophobia,
            untermensch, master race, inferior race, subhuman, hate crime, burning cross, cross burning, jap slur, gas
            chamber, segregation sign, bigot, bigoted
        """,
        unless_calm="""
            гитлер, фашист, фашистский, фашизм, эсэсовец, третий рейх,
            hitler, nazi, nazism, fascist, third reich, holocaust
        """,
        pairs=(
            Pair(
                "ненавидеть ненависть высмеивать карикатура тупой грязный вонючий прогнать убрать недочеловек глупый",
                "ORIGINS",
                5,
            ),
            Pair(
                """
                hate hatred mock mocking ridicule caricature stereotype stereotypical inferior dirty filthy stupid lazy
                deport expel repulsive disgusting scum vermin cancer savages criminals greedy unintelligent submissive
                uncivilized incapable dehumanize exclude excluded forbidden banned barred against discriminate
                discrimination segregated segregate deny denied problem refuse reject rejected primitive lesser uneducated
                unworthy unfit prohibited
            """,
                "ORIGINS",
                9,
            ),
            Pair("no only", "jews muslims blacks whites immigrants gays women foreigners", 2),
        ),
        exceptions="""
            against discrimination, against racism, black bear, black cat, black dog, black and white, black horse, black
            sea
        """,
    ),
    Family(
        "crime",
        words="""
            отмывание денег, фальшивые деньги, фальшивомонетчик, грабеж, ограбление, грабить, ограбить, вымогательство,
            шантаж, взлом, взломать, мошенник, мошенничество, контрабанда, торговля людьми,
            counterfeit, counterfeiting, money laundering, launder money, embezzle, embezzlement, extort, extortion,
            blackmail, smuggle, smuggling, human trafficking, trafficking, ransomware, malware, phishing, identity theft,
            bank robbery, robbery, rob, burglary, burglar, shoplift, shoplifting, carjacking, insider trading, tax
            evasion, evade taxes, fraud, fraudulent, scam, scammer, forge, forgery, hijack, hack into, computer virus,
            deepfake, sabotage, bribe, bribery, stalk, stalker, stalking, ponzi scheme, swatting, credit card skimming,
            money mule, overthrow, coup
        """,
        pairs=(
            Pair("как схема инструкция", "украсть воровать взломать обмануть угнать подделать", 6),
            Pair(
                "GUIDES",
                """
                steal hack cheat exploit bypass sabotage deceive manipulate poison undermine evade disable bankrupt
                destroy dominate falsify tamper trick coerce intimidate discredit illegally illegal undetected
                without-being-caught
            """,
                9,
            ),
            Pair("steal theft stealing hack", "bank card identity car museum artifact relic data money valuable credit", 6),
        ),
        exceptions="""
            forge ahead, blacksmith forge, bean stalk, celery stalk, corn stalk, flower stalk, life hack, chess strategy
        """,
    ),
)
