"""Places in a worker: none is taken twice, and no engine takes all."""

import threading

from gallery.slots import Slots


class TestPlaces:
    def test_one_engine_leaves_a_place_to_each_other_engine(self):
        assert [Slots(total).most(others=2) for total in (1, 2, 16, 64)] == [1, 1, 14, 56]
        assert Slots(16).most(others=0) == 16

    def test_a_place_is_free_again_after_the_block_even_when_it_fails(self):
        slots = Slots(1)
        try:
            with slots.place(1) as is_free:
                assert is_free and slots.free == 0
                with slots.place(2) as is_free_too:
                    assert not is_free_too
                raise OSError
        except OSError:
            pass
        assert slots.free == 1

    def test_no_more_places_are_taken_than_there_are_whoever_asks_at_once(self):
        slots, most, lock, together = Slots(4), [], threading.Lock(), threading.Barrier(16)

        def take(number):
            together.wait()
            for _ in range(200):
                with slots.place(number % 3, others=2) as is_free:
                    if is_free:
                        with lock:
                            most.append(slots.taken())

        threads = [threading.Thread(target=take, args=[number]) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert most and max(most) <= 4 and slots.taken() == 0

    def test_whoever_waits_is_told_when_nothing_is_drawn_any_more(self):
        slots, inside, done = Slots(2), threading.Event(), threading.Event()

        def draw():
            with slots.place(1):
                inside.set()
                done.wait(5)

        thread = threading.Thread(target=draw)
        thread.start()
        inside.wait(5)
        assert not slots.wait_until_free(0.05)
        done.set()
        assert slots.wait_until_free(5)
        thread.join()


class TestIdlePlaces:
    def test_a_place_that_was_taken_in_between_was_not_idle(self):
        slots = Slots(3)
        assert slots.idle() == 3
        with slots.place(1), slots.place(2):
            pass
        assert [slots.idle(), slots.idle()] == [1, 3]

    def test_a_place_that_has_just_become_free_is_idle_only_the_next_time(self):
        slots = Slots(3)
        with slots.place(1):
            slots.idle()
        assert [slots.idle(), slots.idle()] == [2, 3]

    def test_a_process_that_leaves_has_none(self):
        slots = Slots(3)
        slots.total = 0
        assert slots.idle() == 0
