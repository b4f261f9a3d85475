/**
 * Words that people often choose as passwords, in lower case: the most common ones of the lists of zxcvbn 4.4.2 (passwords
 * that leaked, first names, long English words; MIT licence, Dropbox, Inc.), and some of the kit's countries.
 */
export const commonWords: ReadonlySet<string> = new Set(
  `
aardvark abcd abgrtyu abracadabra abrakadabra access accessible accompanied accord achievement acquisition
action activities adaptation additional additionally adgjmptw adidas admin administered administration
administrative administrator adventures advertising aezakmi affiliated afghanistan africa afterwards aggies
agricultural agriculture airborne airforce airplane ajnjuhfabz alabama alaska alejandr aleksander aleksandr
aleksandra alessandro alexande alexandr alexis alice aliens allah alpha alphaomega alpine alternative amadeus
amanda amateur amazon ambassador amber america amor amsterdam anakin anal analsex anastasija anastasiya andrea
andrei andrew andrewjackie andrey angel angela angelochek angelofwar angels animal anime ankara anne annie
anniversary anthony anubis apache apokalipsis apollo appearance appearances apple apples applesauce
application applications approached approaches approximately april aquarius aragorn archaeological archbishop
architects architectural architecture area arizona armageddon arrangement arsenal artificial asdf asdfg asdfgh
asdfghj asdfghjk asdfghjkl asdzxc ashley askim aspirine assassin assessment assfuck asshole assistance assman
associated association associations astalavista asterix astonvilla astros atlanta atlantis atmosphere atomic
attempting attendance attributed auburn august aussie austin australian authorities autonomous autumn avalon
avatar avenger avrillavigne awesome azerbaijan azerty azertyuiop azsxdcfvgb azwebitalia babe babemagnet babes
babydoll babygirl babylon background badass badboy badger badnaamhere bafana baggins baller balls banana
bananas bandit bang bangkok bangladesh banshee barbara barbie barcelon barcelona barkley barney baseball
basket basketba basketball bassman bastard batman beagle bear beatles beauty beaver beavis beckham beer beetle
berezuckiy berlin besiktas bestfriend betty beverly bigballs bigboobs bigboy bigcock bigdaddy bigdick bigdog
bigfoot biggie bigguy bigmac bigman bigone bigred bigtits billybob bingo birdie birdman birmingham biscuit
bismillah bitch bitches biteme black blackberry blackcat blackdog blackie blackjac blacky blade bladerunner
blades blaster blazer blessed blink blizzard blonde blondes blondie blowjob blowme blue bluebird blueeyes
bluemoon blues bluesky bobafett bobcat boeing bokke bollocks bollox bomber bond bondage bondarenko bonehead
boner bones bonjour bonnie boobies boobs booger boogie boomer booty bosco boston boundaries bowling brandy
brasil braveheart braves brazil brenda britney broadcasting broadcasts bronco broncos brooklyn brownie browns
brucelee bruins brutus bubba bubble bubbles buckeye buckeyes buddha buddy budlight buffalo buffett bugger
bulldog bulldogs bullet bullshit bunny burger businessbabe businesses businessman buster butter butterfl
butterfly butthead buttons byajhvfnbrf byteme cactus cadillac caesar caliente californ california callofduty
camaro camel camelot cameron canada cancer candidates candyman canim cannondale cantona capetown captain
cardinal carol carolina carolyn carpet carrot cartman casablanca caserta casino casper cassie casualties catch
catdog categories catfish catherin catherine cats cavalier cdtnkfyf cegthgegth cegthgfhjkm celebrated celica
celine celtic celtics certificate cessna challenges champion championship championships champs chancellor
changeme chaos characteristic characteristics characterized characters charger chargers charlie charlott
charly cheburashka cheerleaers cheese chelsea cherokee cherry cheryl chessmaster chester chevelle chevrole
chevy cheyenne chicago chicken chicks chiefs chipper chocolat chopper chris chrissy christ christia
christianity christians christin christina christine christop christophe chronic chubby chucky cincinnati
cjkysirj cjkywt clancy classic classification classified clitoris clover clubpenguin cnjvfnjkju cobra cocacola
cock cocksucker coffee collaborated collaboration collection collections collective colombia colorado colors
colt coltrane combination comicbookdb commanding commando commercial commission commissioned commissioner
commonwealth communication communications communities company compaq comparison competition competitions
competitive compilation completing completion components composition compositions comprehensive computador
computadora computer concentration concerning conclusion concrete conditions condor confederate conference
congregation congressional connect connecticut connecting connections connor consecutive consequently
conservation conservative considerable considered consistent consisting constituency constitution
constitutional constructed construction consumer consumption containing contemporary continental continuing
continuous contortionist contributed contributing contribution contributions controlled controversial
controversy convention conventional conversion cookie cookies cooldude cooler coolio cooperation coorslight
copper corinthians corona corporation corresponding corruption corvette cosmos cougar counterstrike cowboy
cowboys coyote cracker creampie creative cricket crimson criticized crusader ctdfcnjgjkm cthutq cumming
cumshot cunt curious curriculum cxfcnkbdfz cxfcnmt cxfcnmttcnm cyberonline cyecvevhbr cyjdsvujljv cynthia
dagger dakota dallas dancer danger danni darkknight darkness darkside darkstar darthvader david daytona
dbrnjhbz dbrnjhjdbx dbrnjhjdyf deadhead deborah debra december declaration deeppurple deepthroat deerhunter
default defender defiant definition deftones delete delta deltaforce democratic demographics demolished
demonstrated denise department departments depechemode depression descendants describing description
designated designation desire desperados destination destiny destruction determined detroit deus deutschland
developing development developments devil devildog devildriver devilmaycry devils dexter dfvgbh dhjnvytyjub
diablo diamond diamonds diana diane dick dickhead diesel dietcoke differences difficulties difficulty digger
digital digitalprodu dilbert dima dingdong diplomatic disambiguation discover discovered disney distinction
distinctive distinguished distributed distribution dkflbdjcnjr dkflbvbh dkflbvbhjdbx dkflbvbhjdyf doctor
documentary dodger dodgeram dodgers dodgeviper dogg doggie doggy doggystyle dogs dollar dolphin dolphins
domino donkey donna doodle dookie doris dorothy drago dragon dragonball dragonballz dragonfire dragons dreamer
dreams driver drizzt drowssap drpepper drummer dublin ducati duck dumbass durban eagle eagles earthquake eatme
eatshit eclipse eduard educational effectively efficiency einstein ejaculation ekaterina electric electrical
electricity electronic element elementary elephant eliminated elizabet elizabeth elvis emerald emily eminem
empire employment encouraged enforcement engineer engineering enigma enter enterpri enterprise entertainment
environment environmental equivalent erotic escort essentially established establishing establishment eternity
evanescence evangelion evelyn eventually everton examination excellence exclusively exhibition exhibitions
exigen expedition experience experienced experiences experiment experimental experiments explorer express
expression extensively extreme facilities factory falcon falcons fantasy fartripper faster fatass fatboy
fatcat fatman fcbarcelona february federation fender fenerbahce ferrari ferret fetish fgjrfkbgcbc ficken
fighter finalfantasy finger fire fireball firebird firefighter firefly fireman firestarter fish fishing
fkmnthyfnbdf fktrcfylh fktrcfylhf fktrcfylhjdbx fktrcfylhjdyf fktrctq flamengo flames flash flatron flintstone
flipper florida flower fluffy flvbybcnhfnjh flyboy flyers foobar football footballer forest forever formula
fossil foundation foxtrot frances frank freaky freckles freddy freedom freepass freeuser frequently friday
friendster frog frogger froggy froinlaven front frosty fuck fucked fucker fuckface fucking fuckinside fuckit
fuckme fuckmehard fuckoff fucktheworld fuckyou fuckyoubitch functional fundamental funtime furthermore fusion
futebol fyfcnfcbz fylhtq galatasaray galaxy galina galore gambit gandalf gangbang gangbanged gangsta gangster
garden garfield gateway gator gators gblfhfcbyf geheim gemini generation genesis genius geronimo getsome
gfhjkm ghbdtn ghbdtnbr ghbdtndctv ghbdtngjrf ghbdtnrfrltkf ghjcnbnenrf ghjcnbvtyz ghjcnj ghjcnjgfhjkm
ghjcnjrdfibyj ghjcnjrdfif ghjrehfnehf ghost ghostrider giants ginger girls gizmo gizmodo gjytltkmybr gloria
goblin goblue goddess godzilla goforit golden goldfinger goldfish golf golfer golfing goober goodfellas
goodluck goodtime google gorilla gotcha gothic government governments graduating graduation granny greedisgood
green greenday gremlin grendel griffey grizzly groovy gthtcnhjqrf guardian guest guinness guitar gundam gunner
gunslinger hacker halflife hallo hamburg hamlet hammer hamster hannah hannibal hansolo happy hardcore hardon
harley harrypotter hawaii hawkeye headquarters hearts heather heaven hedimaptfcor helen hellfire hello
hellokitty hellothere helloworld hellraiser helpme hendrix hentai hercules hershey hesoyam highland highlander
hiphop historians historical historically hitler hitman hjvfirf hobbes hobbit hockey holiday hollywoo homerun
honda hondacivic hongkong hooker hooters hornet horney horny horse horses hotboy hotdog hotrod hotsex hotstuff
hottie householder households housewifes htubcnhfwbz hummer hunter hunting husker huskers hypnodanny
iaapptfcor ibanez icecream iceman iddqdidkfa identified iforgot illustrated ilovegirls ilovejesus ilovemyself
ilovepussy ilovesex iloveu iloveyou immediately immigrants immigration immortal impala implementation
implemented importance improvement improvements incorporated increasing increasingly incubus independence
independent indiana indians indigenous indigo individual individuals industrial industries inferno infinity
influenced influences influential information infrastructure ingodwetrust inhabitants initiative innovation
insane insertions inspiration installation installdevic installutil institution institutions instruction
instrument instrumental instruments integra integrated integration intellectual intelligence interacial
interaction intercourse intermediate international internationally internet interpretation intersection
interstate interviews intrepid introduced introduction investment involvement iphasiwedi irene irina
ironmaiden ironman iseedeadpeople istanbul italia iverson iwantu jackal jackass jackdaniels jackoff jacqueline
jaguar jamaica james jammer jane janet janice january jasmine jason jasper jean jediknight jeep jennifer
jericho jessica jester jesus jesuschrist jesuscristo jesusislord jetbalance jimbo jimbob joan johannesburg
john joker jordan journalism journalist joyce judith judy juggernaut juice julia julie july jumper june jungle
junior jupiter jurisdiction justdoit justforfun justice justinbiebe justinbieber justme juventus kaizer
kaizerchiefs kaktus kamehameha kangaroo kansas karate karen karina kasper katana katerina katherine kathleen
kathryn kathy katrin kawasaki kbnthfnehf keeper kelly kenwood kevin keyboard killer kimberly kingfisher
kingkong kingston kirill kisses kissme kitkat kitten kitty kittycat klaster knickerless knicks knights kodiak
kolobok konstantin krishna laboratory labrador lacrosse ladybug ladyffesta lakers lamborghini lamborgini
lancer larisa lasvegas latino laura leadership leather leavemealone ledzep ledzeppelin legend legion
legislation legislative legislature legolas lennon lesbian lesbians lestat letmein letmeinnow letsgo lexmark
lfplhfgthvf liberation liberty lick licker lickme lieutenant lifehack lifeisgood lightnin lights lightsaber
lillian limpbizkit linda liquid lisa literature liverpoo liverpool lizard lkjhgfdsaz lobster lockerroom
locomotive locomotives login logitech lois lollipop london lonestar lonewolf longhorn lori losangeles loser
louise love loveislife lovely loveme lover loverboy lovers loveyou lowrider lucifer lucky luckycharm
luojianhua lvbnhbq machine madagaskar maddie maddog madison madman madmax madness madonna maestro maggie magic
magnum magnus maiden mailcreated mainstream maintained maintenance makaveli maksim malibu mallard management
manchester mandela mandragora maniac manson manufactured manufacturer manufacturers manufacturing manuscript
manutd marathon march margaret maria marie marilyn marina marine mariners marines marino markhegarty marlboro
marley martha martini mary maryjane massachusetts massimiliano massive master masterbaiting masterbate
masterbating mastercard masterchief mastermind masturbation matematika mathematical mathematics matrix matthew
mature maurolarastefy maverick maxima maximilian maximus maxwell mechanical mediterranean megadeth megaman
melissa membership memphis mercedes mercury meridian merlin mersedes metallic metallica metropolitan
mevefalkcakk mexico miami michael michelle michigan mickey mickeymouse microphone microsoft midnight mikey
milano mildred millertime minecraft minhasenha mirage mississippi mister mistress mnbvcxz molly molson
momsanaladventure monday money moneymaker mongoose monitor monkey monkeys monopoly monster montana montecarlo
montreal mookie moose morpheus moscow mostwanted motdepasse mother motherfuck motherlode motorola mountain
mouse mozart mudar muffin mulder multiplelo munchkin municipalities municipality muscle mushroom musicman
mustang mustangs mylove mypass mypassword naked nancy naruto nascar nasty nastya natali natasha naughty
naughtyboy necromancer needforspeed negotiations neighborhood neighboring neighbouring nemesis neptune
netherlands networkingpe neveragain nevertheless newlife neworleans newpass newpassword newport newspapers
newyork newzealand nfnmzyf nicola nicole nigger nikita nimrod niners ninja nintendo nipple nipples nirvana
nissan nolimit nomination nominations noodles nookie nopass nopassword norma northeastern northwestern
november nthvbyfnjh nugget nuttertools nylons nymets oakland obiwan oblivion occasionally occupation october
officially ohyeah oicu oksana olcrackmaster oldman oldsmobile olegnaruto oliver omega omgkremidia onelove
online ontherocks opensesame openup operational operations opportunities opposition oracle orange organisation
organisations organization organizations originally originated orion orlando orlandopirates osiris outlaw
outstanding overlord owner oxford packard packers pacman painkiller pakistan paladin palmeiras pamela panama
panasonic pancho pandora pantera panther panthers panties panzer paradise paradox parliament parliamentary
parola parrot participants participate participated participating participation particular particularly
partnership pascal pass passat passengers passion passmaster passphrase passport passwor password patches
pathfinder patricia patrick patriot patriots paula pavilion peaches peanut peanutbutter peanuts pearljam
pebbles peekaboo peewee pegasus pencil penetrating penetration penguin penguins penis pennsylvania pentium
pepper pepsi percentage performance performances performing pervert peternorth peterpan petersburg phantom
philadelphia philippine philippines philips philly philosophy phoenix photographs photography photos phpbb
phyllis picard picasso pickle pickles piglet pikachu pimp pimpin pineappl ping pink pioneer pirate pirates
pitbull pittsburgh pizza planet plastic platinum playboy player playstation playtime plymouth poison poiuyt
poiuytrewq pokemon polaris police polina politician polo pontiac pooh poohbear pookie pooper poopie popcorn
popeye popularity population populations porkchop porn porno pornografia pornographic pornstar porsche
portland portugal portuguese possession postal potato powder power precious predator predecessor prefecture
prelude preparation presario presentation preservation presidency presidential prestigious pretoria prettygirl
previously primus prince princes princess principles printer private privet processing prodigy production
productions professional professionals programmes programming progressive properties protection protestant
provincial psycho psychological psychology ptybnxtvgbjy publication publications publishing puertorico pumpkin
punisher punkin punkrock purple pussies pussy pussycat pussyeater pussylicker pussylover pussys putter pyramid
python qawsed qawsedrftg qawsedrftgyh qazwsx qazwsxed qazwsxedc qazwsxedcrfv qazwsxedcrfvtgb qazxsw qazxswedc
qazxswedcvfr qpwoeiruty qualification qualifying quarterback queensland quicksilver quiksilver qwaszx qweasd
qweasdzxc qwer qwerasdf qwerasdfzxcv qwert qwertasdfg qwerty qwertyasdfgh qwertyu qwertyui qwertyuiop
qwertyytrewq qwertz rabbit racecar racerx rachel racing ragnarok raider raiders rainbow raistlin rammstein
random ranger rangers raptor rascal rasdzv raven ravens razz realmadrid reanimator reaper rebecca rebels
recognised recognition recognized recommended recordings recreation redalert reddog redhead redman redneck
redrum redskins redsox redwings references registered regulation regulations relatively renaissance renegade
replacement reportedly representation representative representatives represented representing represents
republican requirements rescue researchers residentevil residential resignation resistance resolution
respective respectively responsible restaurants restoration restricted retirement revolution revolutionary
rfhfrfnbwf rfhfvtkmrf rfkmrekznjh rfnfcnhjaf rfnfgekmnf rfrfirf rhbcnbyf rhbcnbyjxrf richard ripper rjhjkmbien
rjirfrgbde rjntyjr rjycnfynby rkfdbfnehf roadrunner robert robin rocker rocket rockon rocks rockstar rocky
roflcopter roller rolltide romashka rommel ronaldinho ronaldo rooster root rootbeer rose rosebud rubber ruby
rulez runner rush ruslan russia rusty ruth sabine sailing sailor sailormoon saints sakura salamander
salamandra salmon samantha sammy samson samsung samurai sanandreas sandiego sandman sandra santos saopaulo
sapphire sara sarah sasha satan saturday saturn sawubona scarface scarlet scholarship scientific scientists
scooby scoobydo scooter scorpio scorpion scotland scotty scrappy scream scruffy scully seattle sebastia secret
security segredo seinfeld seminole semperfi senha senhas seninleolurum septembe september serega serenity
sergei sergey sersolution server sesame settlement settlements sevastopol seven sexmachine sexual sexy shadow
shaggy shakespeare shalom shaman shamrock shaney shaolin shark sharks sharon shasta shaved shazam shelby
shemale sherlock shevchenko shiloh shirley shithead shitty shogun shooter shorty shotgun showme showtime
sidewinder siemens sierra sifre significance significant significantly silver simba simple simpsons
simultaneously sinner sirius sithlord situations siyabonga skateboard skater skeeter skipper skippy skittles
skyline skywalke slappy slapshot slayer sleepy slick slipknot slut sluts smallville smiles smiley smitty smoke
smoker smokey smokin smooth smudge snake snakes snapper snatch snickers sniper snoopy snowball snowman
snuggles sobaka soccer socrates softball software soldier solidsnake sommer songwriter sonyericsson sooners
sophie soundtrack southafrica southeastern southwestern spanking spankme spanky sparky spartak spartan
spartans specialist specialized specifically spectrum speedy spider spiderma spiderman spidey spike spirit
spitfire spooky spring springbok sprint sprite spunky spyder squirrel squirt srinivas stalingrad stalker
stallion star starcraft stardust stargate startrek starwars statistical statistics stealth steelers stephani
stephanie sticky stimpy stinger stingray stinky stocking stonecol stones storm stormy stranger strawberry
streetball strider strike structural structures stud stupid subaru sublime subsequent subsequently subsidiary
substantial substitute success successful successfully succession suck sucker suckit suckme suckmycock
suckmydick sucks sufficient sugar summer summertime sundance sunday sunrise sunset sunshine super superduper
superfly superman supermanboy superpuper supersonic supporters supporting surfer surfing surrounded
surrounding susan suspension suzuki svetlana swallow sweetpea sweets sweety swimming swinger switzerland
swordfis swordfish sydney syncmaster syracuse tacobell tacoma tadmichaels tammy tanker tardis target tarheel
tarheels tarzan tattoo tatyana taurus tazman teacher teamo technician techniques techno technologies
technology teen teens television temp temperature temperatures tempest temporary tennis tequila teresa
terminator territorial territories test tester testing thailand thankyou thegame theman themselves theone
thereafter theresa therock thomas throughout thuglife thumper thunder thunderbird thursday tickle tiger tigers
tigerwoods tigger timber tina tinker tinkerbell titanic titans titleist tits tokiohotel tombraider tomcat
topgun topper tornado toronto toshiba tottenha tournament tournaments toyota trabzonspor traditional
traditionally traditions trance transam transexual transferred transition translated translation translator
transmission transportation travel trebor trfnthbyf tricky trigger trinity triumph trixie trojan trombone
trooper trouble truck trucker trucks trumpet trunks trustno trustnoone tuesday turbo turkey turkiye turtle
tweety twilight twister ubuntu ujkjdjkjvrf ultimate ultimately uncencored undergraduate underground undertaker
unforgiven unicorn unincorporated universities university unreal unsuccessful user username usuckballz
vacation vader vagina valentin valentina valera vampire vanhalen vanilla vanyarespekt variations vasco vectra
vegeta velvet verbatim veritas veronika vertigo verygoodbot vfhbyf vfhecz vfhufhbnrf vflfufcrfh vfntvfnbrf
vfrcbv vfvfvskfhfve vfvjxrf vfylfhbyrf victory viking vikings viktor viper virgin virginia virtuagirl vision
vladimir vladislava voivodeship volkswagen volleyball volunteers voodoo voyager vqsablpzla vulcan vyjujnjxbt
wachtwoord wagwoord walnut wanda wanker warcraft warlock warrior warriors waterloo watermelon weasel
webhompass websolutions wednesday weed weezer welcome werewolf westham westside wetpussy whatever whatthefuck
whatthehell wheels whiskey whitepower whore whosyourdaddy whynot wicked widespread wildcat wildcats william
willow windows winner winston winter wisdom wishmaster wizard wolfgang wolfman wolfpack wolverin wolverine
wolves wombat woody wookie wordpass wrangler wrinkle wutang xanadu xavier xfiles yamaha yankee yankees ybrbnf
ybrjkftdbx yellow yfnfif yfnfitymrf yjdsqgfhjkm yomama yourmom ytrewq zaqwsx zaratustra zcxfcnkbdf zeppelin
zipper zombie zxcv zxcvbn zxcvbnm
`
    .trim()
    .split(/\s+/),
);
