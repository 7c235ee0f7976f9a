using SmartSink.Smtp.Replies;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Smtp.Tests.Server;

public sealed class StateMatrixTests
{
    public static TheoryData<string, string> Pairs() =>
        [.. StateMatrix.States.SelectMany(state => StateMatrix.Commands.Select(command => (state.Name, command.Command)))];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Reply_of_a_state_to_a_command(string state, string command)
    {
        var column = Array.FindIndex(StateMatrix.States, candidate => candidate.Name == state);
        var expected = StateMatrix.Commands.Single(row => row.Command == command).Replies[column];

        Reach(StateMatrix.States[column].Way).Say(command + "|").ShouldBe(expected + "|");
    }

    [Fact]
    public void Every_command_has_a_reply_for_every_state() =>
        StateMatrix.Commands.ShouldAllBe(row => row.Replies.Length == StateMatrix.States.Length);

    private static Dialog Reach(string way)
    {
        var filter = new ScriptedFilter();
        if (way == "refused")
        {
            filter.At(Stage.Connect, new FixedReply(554, default, "No service"u8));
            way = string.Empty;
        }

        var dialog = new Dialog(filter);
        dialog.Start();
        var parts = way.Split("TLS", 3);
        if (parts is [var start, "|", var end])
        {
            dialog.Say(start + "TLS|");
            dialog.TlsEstablished();
            way = end;
        }

        dialog.Say(way);
        return dialog;
    }
}
