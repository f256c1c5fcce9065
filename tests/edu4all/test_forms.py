"""Forms as the site draws them."""

from django import forms

from edu4all.templatetags.ui import icon, lang_attr


class WishForm(forms.Form):
    prompt = forms.CharField(label="Words", help_text="Say what.", max_length=600, widget=forms.Textarea)
    shape = forms.ChoiceField(label="Shape", choices=[("square", "Square"), ("wide", "Wide")], widget=forms.RadioSelect)
    is_mine = forms.BooleanField(label="The idea is mine", required=False)
    note = forms.CharField(label="Note", required=False, widget=forms.TextInput(attrs={"class": "input--narrow"}))
    secret = forms.CharField(widget=forms.HiddenInput, initial="x")
    due_at = forms.SplitDateTimeField(required=False)
    seen_at = forms.SplitDateTimeField(
        required=False, widget=forms.SplitDateTimeWidget(date_attrs={"class": "day"}, time_attrs={"class": "time"})
    )


class TestFields:
    def test_help_and_errors_are_tied_to_the_field(self):
        html = WishForm({"shape": "square", "secret": "x"})["prompt"].as_field_group()
        assert 'aria-describedby="id_prompt_helptext id_prompt_error"' in html
        assert 'id="id_prompt_helptext"' in html and 'id="id_prompt_error"' in html
        assert 'aria-invalid="true"' in html
        assert 'class="field field--invalid"' in html

    def test_radio_buttons_stand_in_a_fieldset_with_a_label_for_each(self):
        html = WishForm()["shape"].as_field_group()
        assert "<fieldset" in html and "<legend" in html
        assert html.count('class="option"') == 2
        assert html.count('<label class="option" for="id_shape_0">') == 1

    def test_one_box_has_its_label_around_it(self):
        html = WishForm()["is_mine"].as_field_group()
        assert 'for="id_is_mine"' in html and "<fieldset" not in html
        assert 'class="input' not in html

    def test_a_field_keeps_the_class_its_widget_asks_for(self):
        assert 'class="input input--narrow"' in WishForm()["note"].as_field_group()

    def test_parts_of_a_field_keep_the_classes_they_ask_for(self):
        assert str(WishForm()["due_at"]).count('class="input"') == 2
        seen_at = str(WishForm()["seen_at"])
        assert 'class="day"' in seen_at and 'class="time"' in seen_at

    def test_a_long_text_has_a_counter_and_a_short_one_has_not(self):
        assert 'data-counter-for="id_prompt" data-max="600"' in WishForm()["prompt"].as_field_group()
        assert "data-counter-for" not in WishForm()["note"].as_field_group()


class TestErrorSummary:
    def test_links_to_each_field_that_is_wrong(self):
        html = str(WishForm({"secret": "x"}))
        assert 'href="#id_prompt"' in html
        assert 'href="#id_shape"' in html and 'id="id_shape"' in html

    def test_is_not_there_when_nothing_is_wrong(self):
        assert "form-errors" not in str(WishForm())

    def test_hidden_fields_stay_hidden(self):
        html = str(WishForm())
        assert html.count('name="secret"') == 1
        assert 'class="input' not in html[html.index('name="secret"') - 40 :]


class TestWords:
    def test_words_of_people_say_their_language(self):
        assert lang_attr("Эйфелева башня, style of Monet") == 'lang="ru"'
        assert lang_attr("A tower under the sea") == 'lang="en"'
        assert lang_attr("12:30") == ""
        assert lang_attr(None) == ""

    def test_an_icon_is_silent_unless_it_has_a_label(self):
        assert 'aria-hidden="true"' in icon("brush")
        labelled = icon("brush", label='A "brush"')
        assert "aria-hidden" not in labelled and "&quot;brush&quot;" in labelled
