"""Captions in a captioner's style and the sentences of audio description they become."""

from __future__ import annotations

import pytest

from scenewise.description.wording import WordingOptions, phrase_problems, sentence

# caption, then the sentence expected of it (on the next line, after =>)
TABLE = """
arafed man sitting at a desk with a laptop
=> A man sits at a desk with a laptop.
there is a man that is sitting on a bench
=> A man sits on a bench.
a close up of a person holding a phone
=> A person holds a phone.
someone is sitting at a desk with their hand up in the air
=> Someone sits at a desk with their hand up in the air.
two desks with computers and chairs in this office
=> Two desks with computers and chairs in an office.
there are two dogs playing in the snow
=> Two dogs play in the snow.
a picture of a cat laying on a bed
=> A cat lies on a bed.
we see a woman walking down a street
=> A woman walks down a street.
in this video, a man is cooking pasta
=> A man cooks pasta.
the camera zooms in on a mountain
=> A mountain.
blurry photo of a train
=> A train.
araffe sitting on a bench
=> Something sits on a bench.
arafed view of a city at night
=> A city at night.
arafed image of a man in a suit and tie
=> A man in a suit and tie.
there is a arafed dog that is laying on the grass
=> A dog lies on the grass.
a man man in in the the snow snow
=> A man in the snow.
a man sitting and reading a book
=> A man sits and reads a book.
a woman sitting at a table and looking at a laptop
=> A woman sits at a table and looks at a laptop.
a table with a man sitting at it
=> A table with a man sitting at it.
a car parked on the street next to a man walking
=> A car is parked on the street next to a man walking.
a man dressed in black standing in front of a building
=> A man dressed in black stands in front of a building.
a man dressed in black
=> A man is dressed in black.
a group of people standing around a table
=> A group of people stand around a table.
a man and a woman kissing
=> A man and a woman kiss.
a man and his dog walking on the beach
=> A man and his dog walk on the beach.
a man in a suit and tie standing next to a woman in a dress
=> A man in a suit and tie stands next to a woman in a dress.
a man wearing a hat sitting on a bench
=> A man wearing a hat sits on a bench.
a man wearing a hat and holding a guitar
=> A man wears a hat and holds a guitar.
a horse drawn carriage going down the street
=> A horse drawn carriage goes down the street.
a cart being pulled by a horse
=> A cart is pulled by a horse.
a man flying through the air while riding a snowboard
=> A man flies through the air while riding a snowboard.
a living room filled with furniture and a flat screen tv
=> A living room is filled with furniture and a flat screen tv.
a brick building with a clock on it's side
=> A brick building with a clock on its side.
a man painting a fence
=> A man paints a fence.
a painting of a woman hanging on a wall
=> A painting of a woman hangs on a wall.
a painting of a woman with long hair
=> A woman with long hair.
the image shows a man riding a bike
=> A man rides a bike.
the camera pans across a crowd of people cheering
=> A crowd of people cheers.
a man smiling at the camera
=> A man smiles.
a woman looking at the camera
=> A woman looks straight ahead.
a man sitting at a desk and a woman standing next to him
=> A man sits at a desk and a woman stands next to him.
a man sitting on a bench and there is a dog in front of him
=> A man sits on a bench with a dog in front of him.
an aerial view of a city with tall buildings
=> A city with tall buildings.
a bird's eye view of a beach
=> A beach.
a view of the ocean from a window
=> The ocean seen from a window.
skate ##board ##er riding a ramp
=> A skateboarder rides a ramp.
a man riding a wave on top of a surfboard
=> A man rides a wave on top of a surfboard.
man riding a wave
=> A man rides a wave.
a couple of people that are standing in the snow
=> A couple of people stand in the snow.
there is a cat that is on the bed
=> A cat is on the bed.
there is a man that has a beard
=> A man has a beard.
there is a horse that a man is riding
=> A horse that a man rides.
a man who is sitting on a bench is reading a book
=> A man sitting on a bench reads a book.
sitting at a desk
=> Sitting at a desk.
a baseball player swinging a bat at a ball
=> A baseball player swings a bat at a ball.
a red fire hydrant sitting on the side of a road
=> A red fire hydrant sits on the side of a road.
a mountain can be seen in the background
=> A mountain in the background.
a man can be seen walking down a street
=> A man walks down a street.
the sun is setting over the ocean
=> The sun sets over the ocean.
a herd of cows grazing in a field
=> A herd of cows grazes in a field.
a black and white photo of a man in a hat
=> A man in a hat.
a black and white dog running on a beach
=> A black and white dog runs on a beach.
a person is about to jump
=> A person is about to jump.
people walking down a street at night with umbrellas
=> People walk down a street at night with umbrellas.
A man sits on a bench reading a book and drinking coffee.
=> A man sits on a bench reading a book and drinking coffee.
Two dogs play in the snow chasing a ball.
=> Two dogs play in the snow chasing a ball.
a train traveling down tracks next to a forest
=> A train travels down tracks next to a forest.
a dog with its tongue hanging out
=> A dog with its tongue hanging out.
a car with its lights on driving down a road
=> A car with its lights on drives down a road.
a woman with long hair and a red dress is dancing
=> A woman with long hair and a red dress dances.
a street with cars parked on the side
=> A street with cars parked on the side.
a bunch of bananas sitting on a table
=> A bunch of bananas sit on a table.
a kitchen with a stove top oven next to a sink
=> A kitchen with a stove top oven next to a sink.
a large clock mounted to the side of a building
=> A large clock is mounted to the side of a building.
a teddy bear sitting on top of a wooden chair
=> A teddy bear sits on top of a wooden chair.
several people riding horses on a beach
=> Several people ride horses on a beach.
a young boy wearing glasses and a tie
=> A young boy wears glasses and a tie.
a woman in a white dress holding a bouquet of flowers
=> A woman in a white dress holds a bouquet of flowers.
a group of young people sitting around a table eating pizza
=> A group of young people sit around a table eating pizza.
two giraffes standing next to each other in a field
=> Two giraffes stand next to each other in a field.
an elephant walking through tall grass with birds flying above
=> An elephant walks through tall grass with birds flying above.
people are sitting at tables in a restaurant
=> People sit at tables in a restaurant.
a man in a kitchen preparing food
=> A man in a kitchen prepares food.
a man on a motorcycle riding down a road
=> A man on a motorcycle rides down a road.
a bowl of soup with vegetables and a spoon
=> A bowl of soup with vegetables and a spoon.
a man taking a selfie in a bathroom mirror
=> A man takes a selfie in a bathroom mirror.
a building with a ring on the door
=> A building with a ring on the door.
a king wearing a crown
=> A king wears a crown.
a wedding cake sitting on a table
=> A wedding cake sits on a table.
a swimming pool with people swimming in it
=> A swimming pool with people swimming in it.
a woman in running shoes jogging on a running track
=> A woman in running shoes jogs on a running track.
a bride and groom cutting a wedding cake
=> A bride and groom cut a wedding cake.
an old fishing boat sitting on the beach
=> An old fishing boat sits on the beach.
cars parked in a parking lot
=> Cars are parked in a parking lot.
a car driving through a parking garage
=> A car drives through a parking garage.
a smiling woman holding a sign
=> A smiling woman holds a sign.
a flying bird
=> A flying bird.
two flying birds over a lake
=> Two flying birds over a lake.
a man swinging a tennis racket
=> A man swings a tennis racket.
a boy on a swing
=> A boy on a swing.
a string of lights hanging from the ceiling
=> A string of lights hangs from the ceiling.
a ceiling fan in a living room
=> A ceiling fan in a living room.
a group of men playing a game of frisbee
=> A group of men play a game of frisbee.
a person riding skis down a snow covered slope
=> A person rides skis down a snow covered slope.
a cat sitting on a window sill looking outside
=> A cat sits on a window sill looking outside.
a man talking on a cell phone while walking down the street
=> A man talks on a cell phone while walking down the street.
a zebra standing in a field with its head down
=> A zebra stands in a field with its head down.
a dog laying its head on a pillow
=> A dog lays its head on a pillow.
a woman laying a blanket on the ground
=> A woman lays a blanket on the ground.
the man was walking down the street
=> The man walks down the street.
two women stood near a car
=> Two women stand near a car.
a man who has a beard is talking on a phone
=> A man who has a beard talks on a phone.
there's a dog in the water
=> A dog in the water.
there are several boats that are docked in a harbor
=> Several boats are docked in a harbor.
there is a large clock that is hanging on the wall
=> A large clock hangs on the wall.
there is no one in the room
=> No one in the room.
a sunset over the ocean
=> A sunset over the ocean.
a crowd of people watching a soccer game
=> A crowd of people watches a soccer game.
a flock of birds flying in the sky
=> A flock of birds flies in the sky.
a person's hand holding a cell phone
=> A person's hand holds a cell phone.
a woman's hands kneading dough
=> A woman's hands knead dough.
a man's face in a close up
=> A man's face.
he is eating a sandwich
=> He eats a sandwich.
a cat looking out of a window at a bird
=> A cat looks out of a window at a bird.
a man being interviewed by a reporter
=> A man is interviewed by a reporter.
this is a photo of a dog
=> A dog.
these are two horses in a field
=> Two horses in a field.
it is a sunny day
=> A sunny day.
the scene opens with a man walking into a bar
=> A man walks into a bar.
a screenshot of a video game with a man holding a gun
=> A video game with a man holding a gun.
a wide shot of a desert
=> A desert.
close up of a flower
=> A flower.
a drone shot of a beach with waves crashing on the shore
=> A beach with waves crashing on the shore.
the camera follows a woman running through a forest
=> A woman runs through a forest.
the camera pans to the left to reveal a castle
=> A castle.
a man holding a camera
=> A man holds a camera.
a woman taking a picture of a dog
=> A woman takes a picture of a dog.
a man standing in front of a painting of a horse
=> A man stands in front of a painting of a horse.
there is a picture of a man on the wall
=> A picture of a man on the wall.
a framed picture of a dog hanging on the wall
=> A framed picture of a dog hangs on the wall.
a picture of a monkey hanging from a tree
=> A monkey hangs from a tree.
a statue of a man on a horse
=> A statue of a man on a horse.
a cat, a dog and a bird sitting on a fence
=> A cat, a dog and a bird sit on a fence.
a man sitting at a table in front of a
=> A man sits at a table.
a woman standing in a kitchen next to a
=> A woman stands in a kitchen.
a dog and a dog and a dog and a dog
=> A dog.
a man on a bench on a bench on a bench
=> A man on a bench.
a apple sitting on a table
=> An apple sits on a table.
an dog running
=> A dog runs.
an hour glass on a table
=> An hour glass on a table.
a unicorn standing in a field
=> A unicorn stands in a field.
Batman standing on a roof
=> Batman stands on a roof.
a man ' s hand in a t - shirt
=> A man's hand in a t-shirt.
there is a toy rabbit that is sitting on a table
=> A toy rabbit sits on a table.
a white rabbit in a green field with butterflies flying around
=> A white rabbit in a green field with butterflies flying around.
a cartoon rabbit laying on the grass
=> A cartoon rabbit lies on the grass.
arafed rabbit in the grass with a tree in the background
=> A rabbit in the grass with a tree in the background.
a mountain covered in snow
=> A mountain is covered in snow.
a snow covered mountain under a blue sky
=> A snow covered mountain under a blue sky.
a dark room with a light shining through the window
=> A dark room with a light shining through the window.
a man and woman walking hand in hand
=> A man and woman walk hand in hand.
a woman standing in a dressing room
=> A woman stands in a dressing room.
a woman dressing a child
=> A woman dresses a child.
clothing hanging on a rack
=> Clothing hangs on a rack.
a person ironing clothes on an ironing board
=> A person irons clothes on an ironing board.
a man cooking on a grill with a frying pan
=> A man cooks on a grill with a frying pan.
a person swimming in a swimming pool
=> A person swims in a swimming pool.
a man fishing from a fishing boat
=> A man fishes from a fishing boat.
a plane landing on a runway
=> A plane lands on a runway.
a plane taking off from a landing strip
=> A plane takes off from a landing strip.
an opening in a wall
=> An opening in a wall.
a man opening a door
=> A man opens a door.
a child drawing on a chalkboard
=> A child draws on a chalkboard.
a girl drawing a picture of a house
=> A girl draws a picture of a house.
a crossing guard holding a stop sign
=> A crossing guard holds a stop sign.
people crossing a street at a crossing
=> People cross a street at a crossing.
a man parking a car
=> A man parks a car.
a building being demolished
=> A building is demolished.
construction workers building a wall
=> Construction workers build a wall.
a sign reading welcome
=> A sign reads welcome.
a ringing phone
=> A ringing phone.
a phone ringing on a desk
=> A phone rings on a desk.
a sleeping dog
=> A sleeping dog.
the setting sun over a lake
=> The setting sun over a lake.
a dog running and jumping over a fence
=> A dog runs and jumps over a fence.
a man slowly walking down a hall
=> A man slowly walks down a hall.
a chef in a white hat cutting vegetables with a knife on a cutting board
=> A chef in a white hat cuts vegetables with a knife on a cutting board.
a man leaning against a wall with his arms crossed
=> A man leans against a wall with his arms crossed.
there are many people that are walking in the rain with umbrellas
=> Many people walk in the rain with umbrellas.
there is a woman that is wearing a red dress and holding a fan
=> A woman wears a red dress and holds a fan.
there are three men and a woman sitting at a table
=> Three men and a woman sit at a table.
there is a lot of smoke coming out of a building
=> A lot of smoke comes out of a building.
there are some people standing in front of a building that is on fire
=> Some people stand in front of a building that is on fire.
you can see a lake in the background
=> A lake in the background.
in this image we can see a group of people standing on the road
=> A group of people stand on the road.
the video shows two men fighting
=> Two men fight.
the camera zooms out to show a stadium full of people
=> A stadium full of people.
a man is seen walking through a forest
=> A man walks through a forest.
a group of soldiers marching in a line
=> A group of soldiers march in a line.
a family sitting around a dinner table
=> A family sits around a dinner table.
sheep grazing in a field
=> Sheep graze in a field.
a sheep standing in a field
=> A sheep stands in a field.
a close up of two hands holding each other
=> Two hands hold each other.
a series of photos of a woman dancing
=> A woman dances.
a photo of a person's hand on a table taken from above
=> A person's hand on a table.
a cartoon of a dog driving a car
=> A dog drives a car.
a woman smiling and looking at the camera
=> A woman smiles and looks straight ahead.
two men posing for the camera
=> Two men pose.
a girl with a sword fighting a dragon in the snow
=> A girl with a sword fights a dragon in the snow.
snow falling on a street at night
=> Snow falls on a street at night.
fire burning in a fireplace
=> Fire burns in a fireplace.
a woman who is pregnant
=> A woman is pregnant.
araffes are standing in a field near a tree
=> Something stands in a field near a tree.
arafed truck driving down a dirt road near a forest
=> A truck drives down a dirt road near a forest.
A tall man stands in a doorway and looks at his watch.
=> A tall man stands in a doorway and looks at his watch.
"""


def _cases() -> list[tuple[str, str]]:
    lines = TABLE.strip().splitlines()
    return [
        (caption, expected.removeprefix("=>").strip())
        for caption, expected in zip(lines[::2], lines[1::2], strict=True)
    ]


CASES = _cases()


def test_the_table_is_long_and_holds_no_caption_twice() -> None:
    captions = [caption for caption, _ in CASES]
    assert len(captions) >= 120
    assert len(set(captions)) == len(captions)


@pytest.mark.parametrize(("caption", "expected"), CASES, ids=[c for c, _ in CASES])
def test_caption_becomes_audio_description(caption: str, expected: str) -> None:
    assert sentence(caption) == expected


@pytest.mark.parametrize("expected", sorted({e for _, e in CASES if e}))
def test_a_sentence_of_audio_description_stays_as_it_is(expected: str) -> None:
    assert sentence(expected) == expected


def test_no_worded_caption_breaks_a_rule() -> None:
    broken = {
        expected: problems
        for _, expected in CASES
        if expected
        and (problems := [p for p in phrase_problems(expected) if p.severity == "error"])
    }
    assert broken == {}


@pytest.mark.parametrize(
    "human",
    [
        "Proog slaps his hand away.",
        "Emo sits on the bridge and checks his limbs.",
        "As it falls, the boy attaches body, arms, and legs.",
        "The boat shoots into the air.",
        "Emo watches from the other side of the room.",
        "A man drops his computer mouse off the desk.",
        "Molly looks away, her lips trembling.",
        "A neon sign hangs in a window.",
        "Percy hauls Howard to the car, his toes dragging on the ground.",
        "Cut to black.",
        "They reach the end of the room and go through a hall into a small compartment.",
    ],
)
def test_what_a_person_wrote_well_is_left_alone(human: str) -> None:
    assert sentence(human) == human


@pytest.mark.parametrize(
    "caption", ["the camera moves slowly", "a close up", "", "  ", "...", "## ##", "[SEP]", "—"]
)
def test_nothing_is_left_of_a_caption_without_content(caption: str) -> None:
    assert sentence(caption) == ""


def test_camera_talk_stays_on_request() -> None:
    options = WordingOptions(camera_talk=True)
    assert sentence("the camera zooms in on a mountain", options) == (
        "The camera zooms in on a mountain."
    )
    assert sentence("a close up of a flower", options) == "A close up of a flower."
    assert sentence("there is a man looking at the camera", options) == (
        "A man looks at the camera."
    )


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("A man sits at a desk. A dog sleeps on the floor.", "A man sits at a desk."),
        ("a man sitting at a desk, while a dog sleeps", "A man sits at a desk."),
        ("a man is walking and there is a dog next to him", "A man walks."),
        ("a man reading a book", "A man reads a book."),
    ],
)
def test_first_clause_only(caption: str, expected: str) -> None:
    assert sentence(caption, WordingOptions(first_clause=True)) == expected


def test_several_sentences_are_worded_one_by_one() -> None:
    assert sentence(
        "There is a man sitting at a desk. We see Mr. Smith smiling at the camera."
    ) == ("A man sits at a desk. Mr. Smith smiles.")


@pytest.mark.parametrize(
    ("language", "caption", "expected"),
    [
        ("de", "ein mann sitzt  an einem tisch ##e", "Ein mann sitzt an einem tische."),
        ("fr", "nous nous promenons", "Nous nous promenons."),
        ("fr", "un chat sur un lit sur un lit sur un lit", "Un chat sur un lit."),
        ("ja", "男が机に座っている", "男が机に座っている。"),
        ("tr", "iki adam yürüyor", "İki adam yürüyor."),
        ("de", "there is a man", "There is a man."),
    ],
)
def test_other_languages_are_only_cleaned(language: str, caption: str, expected: str) -> None:
    options = WordingOptions(language=language)
    assert sentence(caption, options) == expected
    assert sentence(expected, options) == expected


def test_lines_that_read_writing_aloud_are_not_reworded() -> None:
    line = "Text on screen: There is a man we see sitting."
    assert sentence(line) == line
