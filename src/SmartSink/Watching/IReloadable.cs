namespace SmartSink.Watching;

/// <summary>What is read from files as a whole, and swapped as a whole.</summary>
/// <typeparam name="T">Its own type.</typeparam>
internal interface IReloadable<in T>
{
    /// <summary>Whether nobody could tell another one from it, so that putting that in force would be no change.</summary>
    bool IsSameAs(T other);
}
