#include <gtest/gtest.h>

#include "ike/window.h"

/* RFC7296-2.1-b RFC7296-2.1-d RFC7296-2.3-e */
TEST(IkeWindow, requests_are_taken_one_by_one_and_the_last_is_repeated)
{
	struct ike_window w = {};
	uint8_t octet = 0;

	w.rx_id = 0;
	EXPECT_EQ(ike_window_judge(&w, false, 0), IKE_WINDOW_FRESH);
	EXPECT_EQ(ike_window_judge(&w, false, 1), IKE_WINDOW_OUTSIDE);
	EXPECT_EQ(ike_window_judge(&w, false, UINT32_MAX), IKE_WINDOW_OUTSIDE);
	w.busy = true;
	EXPECT_EQ(ike_window_judge(&w, false, 0), IKE_WINDOW_OUTSIDE) << "it is being worked on";
	w.busy = false;
	w.rx_id = 5;
	EXPECT_EQ(ike_window_judge(&w, false, 4), IKE_WINDOW_OUTSIDE) << "nothing to repeat";
	ASSERT_EQ(ike_blob_set(&w.response, bytes_of(&octet, 1)), ERR_OK);
	EXPECT_EQ(ike_window_judge(&w, false, 4), IKE_WINDOW_REPEAT);
	EXPECT_EQ(ike_window_judge(&w, false, 3), IKE_WINDOW_OUTSIDE);
	EXPECT_EQ(ike_window_judge(&w, false, 5), IKE_WINDOW_FRESH);
	EXPECT_EQ(ike_window_judge(&w, false, 6), IKE_WINDOW_OUTSIDE);
	ike_blob_drop(&w.response);
}

/* RFC7296-2.1-c */
TEST(IkeWindow, a_response_is_only_for_the_request_under_way)
{
	struct ike_window w = {};
	uint8_t octet = 0;

	w.tx_id = 3;
	EXPECT_EQ(ike_window_judge(&w, true, 3), IKE_WINDOW_OUTSIDE) << "none is under way";
	ASSERT_EQ(ike_blob_set(&w.request, bytes_of(&octet, 1)), ERR_OK);
	EXPECT_EQ(ike_window_judge(&w, true, 3), IKE_WINDOW_FRESH);
	EXPECT_EQ(ike_window_judge(&w, true, 2), IKE_WINDOW_OUTSIDE);
	EXPECT_EQ(ike_window_judge(&w, true, 4), IKE_WINDOW_OUTSIDE);
	ike_blob_drop(&w.request);
}
